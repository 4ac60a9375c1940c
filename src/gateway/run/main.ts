import {setFlagsFromString} from 'node:v8'

import type {SupervisorCall} from './fast-path.js'
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
export async function main(call: SupervisorCall, environment: NodeJS.ProcessEnv = process.env): Promise<never> {
  const profile = call.profile ?? (environment.HERMES_PROFILE || 'default')
  try {
    process.exit(await (call.verb === 'run' ? gateway(profile, environment) : markStop(profile, environment)))
  } catch (error) {
    const {code, message, suggestions} = error as {code?: string; message: string; suggestions?: readonly string[]}
    say([message, ...(suggestions ?? [])].join(' '))
    const exitCode = EXIT[code ?? ''] ?? 1
    process.exit(exitCode === 78 && environment.HERMES_EXIT_CODES === 'translate' ? 0 : exitCode)
  }
}

async function gateway(profile: string, environment: NodeJS.ProcessEnv): Promise<number> {
  const signals = listenForSignals(false)
  const stopFile = environment.HERMES_STOP_FILE
  // As if it had come: a listener is there, so that it ends nobody.
  if (stopFile) import('./stop-file.js').then(({watchStopFile}) => watchStopFile(stopFile, () => process.emit('SIGTERM', 'SIGTERM')))
  // This process waits for the rest of its life: machine code for what was hot while it loaded would cost 4 MB for nothing.
  setFlagsFromString('--no-opt')
  setFlagsFromString('--no-sparkplug')
  const [{runGateway}, {resolveHome}] = await Promise.all([import('./index.js'), import('../../profile/paths.js')])
  return runGateway({environment: {...environment}, home: resolveHome(environment), profile, signals, supervised: true})
}

async function markStop(profile: string, environment: NodeJS.ProcessEnv): Promise<number> {
  const [{markSupervised}, {resolveHome}] = await Promise.all([import('./mark-stop.js'), import('../../profile/paths.js')])
  await markSupervised({home: resolveHome(environment), pid: Number(environment.HERMES_STOP_PID ?? Number.NaN), profile})
  return 0
}
