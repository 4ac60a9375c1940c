import {constants} from 'node:os'

import {CRASH_LOOP} from './script.js'
import type {Attendance} from './state.js'

/** A shell tells a death by signal 9 as 137; an exit code of 137 looks the same. */
function ending(code: number): string {
  const signal = Object.entries(constants.signals).find(([, number]) => number === code - 128)?.[0]
  if (signal) return `was killed by ${signal}`
  const hint = {126: ' (the program may not be executed, or its directory is gone)', 127: ' (the program was not found)'}[code] ?? ''
  return `exited with ${code}${hint}`
}

/** Why it was given up, in words; undefined while it was not. */
export function reasonFor({because, exitCode}: Pick<Attendance, 'because' | 'exitCode'>): string | undefined {
  if (because === 'exit-78') return 'it exited with 78: as it is configured it can never start'
  if (because === undefined) return undefined
  const last = exitCode === undefined ? '' : `; the last time it ${ending(exitCode)}`
  return `it was started ${CRASH_LOOP.starts} times within ${CRASH_LOOP.seconds} seconds and was given up${last}`
}
