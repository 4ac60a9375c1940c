import {join} from 'node:path'

import {NOTIFY_FD, SCRIPT} from './attendant/script.js'
import type {ServiceSpec} from './types.js'

export {readAttendedLogs} from './attendant/logs.js'
export {CRASH_LOOP} from './attendant/script.js'
export {parseAttendance, readAttendance, type Attendance} from './attendant/state.js'
export {reasonFor} from './attendant/words.js'

export interface AttendedOptions {
  /** Absolute; the attendant makes it, and says in it how things are. One for each service: see `attendanceDirectory`. */
  readonly directory: string
  /** Comes back in `Attendance.definition`: tells which definition a process was started from. */
  readonly definition: string
}

/** A directory for a service's attendant. `kind` tells managers and scopes apart that may both know the service. */
export const attendanceDirectory = ({home, id}: Pick<ServiceSpec, 'home' | 'id'>, kind: string): string =>
  join(home, 'run', 'attendants', kind, id)

/**
 * What a manager that cannot tell exit codes apart, knows no readiness and keeps no logs is to run instead of the
 * program: a little shell that stays, and does that. It runs as the service's user, ends its program when it is sent
 * SIGTERM (after `stopSeconds` with SIGKILL: give it a few seconds more before you kill it), and exits 0 when the
 * service is to stay down. Restart it when it ends with anything else.
 */
export function attended(spec: ServiceSpec, {definition, directory}: AttendedOptions): [string, ...string[]] {
  const variables = Object.entries(spec.environment).map(([name, value]) => `${name}=${value}`)
  if (spec.readiness === 'fd') variables.push(`HERMES_NOTIFY_FD=${NOTIFY_FD}`)
  // env(1) takes every word with a `=` for a variable until one has none.
  const program = spec.command[0].includes('=') ? ['/bin/sh', '-c', 'exec "$@"', 'hermes', ...spec.command] : spec.command
  const data = [directory, join(spec.home, spec.logDirectory), String(Math.ceil(spec.stopSeconds)), definition, spec.workingDirectory]
  return ['/bin/sh', '-c', SCRIPT, 'hermes', ...data, '/usr/bin/env', ...variables, ...program]
}
