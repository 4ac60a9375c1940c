import {readSmall, type ServiceStatus} from '@hermes-cli/service-manager'

import {join} from 'node:path'

import {claimOf, type Ours} from './claim.js'
import {digestOf} from './definition.js'
import {FILES} from './files.js'
import {LAUNCHER} from './launcher.js'
import {STATE, type Look, type Task} from './look.js'
import {isHeld} from './mutex.js'
import {launchTextFor, planFor} from './plan.js'
import {directoryOf, type Site} from './site.js'
import {readState, type State} from './state.js'
import {driftOf} from './task.js'

export interface Sight {
  /** An attendant lives, and what it says is so. */
  readonly attended: boolean
  readonly state: State | undefined
}

/** What the attendant of a service says, and whether there is one. */
export async function sightOf(site: Site, id: string): Promise<Sight> {
  const directory = directoryOf(site, id)
  const attended = await isHeld(directory)
  return {attended, state: readState(directory)}
}

export async function statusOf(site: Site, seen: Look, id: string): Promise<ServiceStatus> {
  const claim = claimOf(site, seen, id)
  if (claim.is === 'absent') return {state: 'absent'}
  if (claim.is === 'foreign') return {because: claim.because, state: 'unknown'}
  return statusFrom(claim, await sightOf(site, id), driftIn(site, seen, claim))
}

/** What somebody changed in what we made, in one line. */
export function driftIn(site: Site, seen: Look, {definition, id, task}: Ours): string | undefined {
  const directory = directoryOf(site, id)
  if (!definition) return `${join(directory, FILES.definition)} is missing or was edited`
  if (task && task.record.definition !== digestOf(definition)) return `${join(directory, FILES.definition)} was edited`
  if (readSmall(join(directory, FILES.launcher)) !== LAUNCHER) return `${join(directory, FILES.launcher)} is missing or was edited`
  if (readSmall(join(directory, FILES.launch), {encoding: 'utf16le'})?.slice(1) !== launchTextFor(directory))
    return `${join(directory, FILES.launch)} names another Node or another hermes`
  return task ? driftOf(task.xml, planFor(site, seen, definition, true)) : undefined
}

/** Pure: the attendant's word while it lives; what it last said of a failure; otherwise it is down. */
export function statusFrom({definition, enabled, task}: Ours, {attended, state}: Sight, drift: string | undefined): ServiceStatus {
  const due = attended && definition !== undefined && state !== undefined && state.definition !== digestOf(definition)
  const common = {enabled, ...given({drift, restartDue: due || undefined})}
  const since = state?.since === undefined ? undefined : new Date(state.since)
  if (state?.phase === 'failed') {
    const {because = 'it failed', exitCode, signal} = state
    return {...common, because, state: 'failed', ...given({exitCode, signal})}
  }

  if (state?.phase === 'stopped') return {...common, state: 'stopped'}
  if (attended && state?.phase === 'running' && state.pid !== undefined && since)
    return {...common, pid: state.pid, ready: null, since, state: 'running'}
  if (attended) return {...common, state: 'starting', ...given({pid: state?.pid, since})}
  return {...common, state: isLaunching(task) ? 'starting' : 'stopped'}
}

/** Its launcher is about to run an attendant, or will be. */
export const isLaunching = (task: Task | undefined): boolean => task?.state === STATE.running || task?.state === STATE.queued

type Given<T> = {[K in keyof T]?: Exclude<T[K], undefined>}

/** Without what is not known. */
const given = <T extends object>(all: T): Given<T> =>
  Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Given<T>
