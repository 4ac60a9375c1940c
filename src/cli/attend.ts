import type {VerbResult} from '../gateway/control.js'
import {unlessAborted} from '../gateway/run/pause.js'
import {gatewayStatus} from '../gateway/status.js'
import {untilDown} from '../gateway/watch.js'
import {asError} from '../host/errors.js'
import {EXIT} from './exit.js'
import type {HandOver} from './hand-over.js'
import {renderVerb} from './render/gateway.js'
import {renderDetached, renderEnded} from './render/hand-over.js'

/** How many of the last lines are shown before the new ones. */
const LINES = 10

/** Somebody sits in front of it: start, then the gateway's log until they leave or it is down. Answers with the exit code. */
export async function attend(call: HandOver, begin: () => Promise<VerbResult>): Promise<number> {
  const leave = new AbortController()
  const leaving = (): void => leave.abort()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, leaving)
  // Whoever read the lines is gone.
  process.stdout.once('error', leaving)
  const result = await unlessAborted(begin(), leave.signal)
  if (result) call.say(renderVerb(result))
  const ended = leave.signal.aborted ? undefined : await watchLog(call, leave.signal)
  if (!ended) {
    call.say(renderDetached(call))
    return EXIT.done
  }

  call.say(renderEnded(call, ended))
  return EXIT.notRunning
}

/** How the gateway is once it is down; undefined when `leave` came first. */
async function watchLog(call: HandOver, leave: AbortSignal): ReturnType<typeof untilDown> {
  const {control, directory, profile} = call
  const over = new AbortController()
  const shown = showLog(call, AbortSignal.any([leave, over.signal]))
  try {
    return await untilDown(() => gatewayStatus(profile, directory, control.manager), leave)
  } finally {
    over.abort()
    await shown
  }
}

async function showLog({control, profile, show, warn}: HandOver, signal: AbortSignal): Promise<void> {
  try {
    for await (const line of control.manager.logs?.(profile, {follow: true, lines: LINES, signal}) ?? []) show(line)
  } catch (error) {
    if (!signal.aborted) warn(`its log cannot be shown: ${asError(error).message}`)
  }
}
