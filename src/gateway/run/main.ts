import {setFlagsFromString} from 'node:v8'

import {say} from './log.js'
import {listenForSignals} from './signals.js'

export {fastPath} from './fast-path.js'

/** Codes of what runGateway throws. The rest is for the supervisor to try again. */
const EXIT: Readonly<Record<string, number>> = {
  'already-running': 75,
  'invalid-name': 78,
  permission: 78,
  'profile-not-found': 78,
}

/**
 * The process a supervisor starts (bin/run.js decides with fast-path.ts). Signals first, everything else afterwards.
 * Which profile: `-p`, else HERMES_PROFILE, else the default one; the sticky one is for people. Ends the process.
 */
export async function main(call: {readonly profile?: string}, environment: NodeJS.ProcessEnv = process.env): Promise<never> {
  const signals = listenForSignals(false)
  const stopFile = environment.HERMES_STOP_FILE
  // As if it had come: a listener is there, so that it ends nobody.
  if (stopFile) import('./stop-file.js').then(({watchStopFile}) => watchStopFile(stopFile, () => process.emit('SIGTERM', 'SIGTERM')))
  // This process waits for the rest of its life: machine code for what was hot while it loaded would cost 4 MB for nothing.
  setFlagsFromString('--no-opt')
  setFlagsFromString('--no-sparkplug')
  const [{runGateway}, {resolveHome}] = await Promise.all([import('./index.js'), import('../../profile/paths.js')])
  try {
    const profile = call.profile ?? (environment.HERMES_PROFILE || 'default')
    process.exit(await runGateway({environment: {...environment}, home: resolveHome(environment), profile, signals, supervised: true}))
  } catch (error) {
    const {code, message, suggestions} = error as {code?: string; message: string; suggestions?: readonly string[]}
    say([message, ...(suggestions ?? [])].join(' '))
    process.exit(EXIT[code ?? ''] ?? 1)
  }
}
