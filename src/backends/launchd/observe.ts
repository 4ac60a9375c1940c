import type {ServiceStatus} from '@hermes-cli/service-manager'
import {readAttendance, reasonFor, type Attendance} from '@hermes-cli/service-manager/attendant'

import {claimOf, driftOf} from './definition.js'
import {domainsUp, lookUp, type Loaded} from './launchctl.js'
import type {Seen} from './parse.js'
import type {PlistRecord} from './render.js'
import {attendanceOf, type Site} from './site.js'

/** What launchd exits with in a job's place when it could not even spawn it (EX_CONFIG). */
const NOT_SPAWNED = 78

/** What launchd says about a job, put together with what its attendant and its definition say. */
export async function observe(site: Site, id: string): Promise<ServiceStatus> {
  const claim = claimOf(site, id)
  if (claim.is === 'absent') return {state: 'absent'}
  if (claim.is === 'foreign') return {because: claim.because, state: 'unknown'}
  const loaded = await lookUp(site, id)
  const enabled = await isEnabled(site, id, loaded[0]?.domain)
  // Taken away between two looks.
  if (claimOf(site, id).is === 'absent') return {state: 'absent'}
  const drift = driftOf(claim)
  const common = {enabled, ...(drift === undefined ? {} : {drift})}
  const job = best(loaded)
  if (!job) return {...common, state: 'stopped'}
  return {...common, ...stateOf(job.seen, readAttendance(attendanceOf(claim.record.spec, site.scope)), claim.record)}
}

/** Of several domains that have it, the one where it runs. */
const best = (loaded: readonly Loaded[]): Loaded | undefined => loaded.find(({seen}) => seen.pid !== undefined) ?? loaded[0]

async function isEnabled(site: Site, id: string, domain: string | undefined): Promise<boolean> {
  const domains = await domainsUp(site)
  const one = domains.find((each) => each.domain === domain) ?? domains[0]!
  return !one.isDisabled(id)
}

type State =
  | {readonly state: 'failed'; readonly because: string; readonly exitCode?: number}
  | {readonly state: 'running'; readonly pid: number; readonly since: Date; readonly ready: boolean | null; readonly restartDue?: true}
  | {readonly state: 'starting'; readonly pid?: number; readonly since?: Date; readonly restartDue?: true}
  | {readonly state: 'stopped'; readonly since?: Date}

/** Pure: of a job that is loaded. The attendant is believed while launchd says that this very one runs. */
export function stateOf(seen: Seen, attendance: Attendance | undefined, record: PlistRecord): State {
  const gaveUp = attendance ? reasonFor(attendance) : undefined
  if (attendance && gaveUp !== undefined && attendance.state === 'failed') {
    if (seen.pid === undefined || seen.pid === attendance.attendant.pid) {
      return {because: gaveUp, state: 'failed', ...(attendance.exitCode === undefined ? {} : {exitCode: attendance.exitCode})}
    }
  }

  if (seen.pid === undefined) return withoutProcess(seen)
  if (!attendance || attendance.attendant.pid !== seen.pid) return {state: 'starting'}
  const due = attendance.definition === record.definition ? {} : ({restartDue: true} as const)
  const since = attendance.since ? {since: attendance.since} : {}
  const {program, ready, state} = attendance
  if (!program) return {...due, ...since, state: 'starting'}
  if (state === 'running' && record.spec.readiness === 'fd' && !ready) return {...due, ...since, pid: program.pid, state: 'starting'}
  const told = record.spec.readiness === 'fd' ? ready : null
  return {...due, pid: program.pid, ready: told, since: attendance.since ?? new Date(0), state: 'running'}
}

function withoutProcess({lastExit, state}: Seen): State {
  if (lastExit === NOT_SPAWNED) {
    const because = 'launchd could not start it (78, EX_CONFIG): its user, /bin/sh, or a setting of the property list'
    return {because, exitCode: NOT_SPAWNED, state: 'failed'}
  }

  // It will be spawned, for the first time or once more.
  if (lastExit === 'never' || (state !== undefined && /scheduled|waiting|xpcproxy|spawning/.test(state))) return {state: 'starting'}
  return lastExit === 0 || lastExit === undefined ? {state: 'stopped'} : {state: 'starting'}
}

/** A process lives that was started from another definition than the one of now. */
export async function isRestartDue(site: Site, id: string): Promise<boolean> {
  const status = await observe(site, id)
  return 'restartDue' in status && status.restartDue === true
}
