import type {Selection} from '@hermes-cli/service-manager'

import {start, type Control, type VerbResult} from '../gateway/control.js'
import {readIntent} from '../gateway/intent.js'
import {unlessGone} from '../gateway/meanwhile.js'
import {readState} from '../gateway/state.js'
import {createEmptyFile} from '../host/files.js'
import {attend} from './attend.js'
import {EXIT} from './exit.js'
import {renderVerb} from './render/gateway.js'
import {renderNotice} from './render/hand-over.js'
import {renderError, toldError} from './report.js'

export interface HandOver {
  readonly control: Control
  readonly selection: Pick<Selection, 'backend' | 'label'>
  readonly profile: string
  readonly directory: string
  /** What `hermes gateway …` needs behind it to be about this profile. */
  readonly option: string
  /** HERMES_HANDED_OVER_FILE: set by an init for the container's own command, which nobody sits in front of. */
  readonly mark: string | undefined
  /** A line to stdout. */
  readonly show: (line: string) => void
  /** Text to stderr: what goes on, as opposed to what the gateway printed. */
  readonly say: (text: string) => void
  readonly warn: (text: string) => void
}

/** `gateway:run` where the service manager is to run it. Answers with the exit code. */
export async function handOver(call: HandOver): Promise<number> {
  call.say(renderNotice(call))
  const begin = (): Promise<VerbResult> => unlessGone(call.control, call.profile, () => start(call.control, call.profile, 'gateway:run'))
  if (!call.mark) return attend(call, begin)
  await unattended(call, begin)
  await createEmptyFile(call.mark).catch((error: Error) => {
    call.warn(`HERMES_HANDED_OVER_FILE could not be made, so whoever waits for it does not know: ${error.message}`)
  })
  return EXIT.done
}

/**
 * Run again at every start of a container. An operator's stop outlives those. A gateway that does not start is told and
 * left: the container stays up for whoever mends it, and for the other gateways.
 */
async function unattended({directory, option, profile, say, warn}: HandOver, begin: () => Promise<VerbResult>): Promise<void> {
  const recorded = await readState(directory)
  const intent = await readIntent(directory, recorded.value?.desired_state)
  if (intent.warning) warn(intent.warning)
  if (intent.value === 'stopped') {
    say(`${profile}: stopped by its operator; \`hermes gateway start${option}\` brings it back`)
    return
  }

  try {
    say(renderVerb(await begin()))
  } catch (error) {
    say(renderError(toldError(error)))
    say(`The container stays up. Once that is mended: hermes gateway start${option}`)
  }
}
