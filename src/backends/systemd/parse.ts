import type {ServiceStatus} from '@hermes-cli/service-manager'

import {constants} from 'node:os'

import {CRASH_LOOP} from './render.js'
import type {Properties} from './systemctl.js'

/** What is known beside systemd's own answer. */
export interface UnitFacts {
  readonly enabled: boolean
  /** It says when it is ready. */
  readonly notifies: boolean
  readonly restartDue: boolean
  readonly drift: string | undefined
  /** The moment of asking, in milliseconds since the epoch and on the clock that systemd's monotonic times are of. */
  readonly now: number
  readonly monotonic: number
}

const RESULTS: Readonly<Record<string, string>> = {
  'exec-condition': 'a condition of its unit did not hold',
  'oom-kill': 'it was killed because memory ran out',
  protocol: 'it did not do as its unit says',
  resources: 'systemd could not start it: its user, a directory or a limit',
  timeout: 'it was neither ready nor gone in time, and was ended',
  watchdog: 'it gave no sign of life in time, and was ended',
}

const signalName = (number: number): string =>
  Object.entries(constants.signals).find(([, value]) => value === number)?.[0] ?? `signal ${number}`

/** CLD_EXITED is 1, CLD_KILLED 2, CLD_DUMPED 3; 0 where nothing has ended yet. */
function death(seen: Properties): {exitCode?: number; signal?: string} {
  const status = Number(seen.ExecMainStatus)
  if (seen.ExecMainCode === '1') return {exitCode: status}
  return seen.ExecMainCode === '2' || seen.ExecMainCode === '3' ? {signal: signalName(status)} : {}
}

/** Why a unit failed, in words. */
export function reasonFor(seen: Properties): string {
  const {exitCode, signal} = death(seen)
  const hint = {126: ' (the program may not be executed)', 127: ' (the program was not found)'}[exitCode ?? 0] ?? ''
  const last = exitCode === undefined ? (signal ? `was killed by ${signal}` : undefined) : `exited with ${exitCode}${hint}`
  // systemd 252 names the last result where each of the starts had failed, and not its limit.
  const givenUp = seen.Result === 'start-limit-hit' || (Number(seen.NRestarts) >= CRASH_LOOP.starts && exitCode !== 78)
  if (givenUp) {
    const end = last ? `; the last time it ${last}` : ''
    return `it was started ${CRASH_LOOP.starts} times within ${CRASH_LOOP.seconds} seconds and was given up${end}`
  }

  if (exitCode === 78) return 'it exited with 78: as it is configured it can never start'
  const known = RESULTS[seen.Result ?? '']
  if (known) return known
  return last ? `it ${last}` : `systemd says ${seen.Result ?? 'nothing'}`
}

/** Pure: the state of a unit that is there. */
export function parseStatus(seen: Properties, facts: UnitFacts): ServiceStatus {
  const {drift, enabled, notifies, restartDue} = facts
  const common = {enabled, ...(restartDue ? {restartDue: true} : {}), ...(drift === undefined ? {} : {drift})}
  const at = (name: string): {since?: Date} => {
    const microseconds = Number(seen[name])
    return microseconds > 0 ? {since: new Date(Math.round(facts.now - facts.monotonic + microseconds / 1000))} : {}
  }

  const pid = Number(seen.MainPID)
  const running = pid > 0 ? {pid, ...at('ExecMainStartTimestampMonotonic')} : {}
  switch (seen.ActiveState) {
    case 'activating': {
      return {...common, state: 'starting', ...running}
    }

    case 'active':
    case 'deactivating':
    case 'reloading': {
      if (pid <= 0) return {enabled, ...(drift === undefined ? {} : {drift}), state: 'stopped'}
      const ready = notifies ? seen.ActiveState !== 'deactivating' : null
      return {...common, pid, ready, since: at('ExecMainStartTimestampMonotonic').since ?? new Date(facts.now), state: 'running'}
    }

    case 'failed': {
      return {...common, because: reasonFor(seen), state: 'failed', ...death(seen)}
    }

    case 'inactive': {
      return {...common, state: 'stopped', ...at('InactiveEnterTimestampMonotonic')}
    }

    default: {
      return {because: `systemd calls it ${seen.ActiveState ?? 'nothing'} (${seen.LoadState ?? '?'})`, state: 'unknown'}
    }
  }
}
