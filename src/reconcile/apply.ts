import type {CheckedServiceManager, InstallOutcome, InstallRequest, ServiceSpec} from '@hermes-cli/service-manager'

import {markStop} from '../gateway/holder.js'
import {mapBounded} from '../host/concurrent.js'
import {asError} from '../host/errors.js'
import {removeBootCount, writeBootCount} from './boot-count.js'
import type {Observation} from './observe.js'
import type {Planned, ReconcileAction} from './plan.js'
import {removeStaleFiles} from './stale-files.js'

/** What to run for a profile. May throw: then that profile fails and no other. */
export type SpecFor = (profile: string, directory: string) => Promise<ServiceSpec> | ServiceSpec

export interface Applying {
  readonly manager: CheckedServiceManager
  readonly specFor: SpecFor
  readonly boot: string
  readonly now: Date
}

export interface Applied {
  readonly actions: readonly ReconcileAction[]
  readonly errors: ReadonlyArray<{readonly error: Error; readonly profile: string}>
  readonly warnings: readonly string[]
}

/** Files opened at a time, and services waited for at a time. */
const AT_A_TIME = 16

type Sound = Planned & {readonly observation: Observation}

/** Makes the plan so. What goes wrong with one profile fails that one; all others are published. */
export async function apply(planned: readonly Planned[], applying: Applying): Promise<Applied> {
  const warnings: string[] = []
  const sound = planned.filter((one): one is Sound => one.observation !== undefined)
  const stale = await mapBounded(sound, AT_A_TIME, ({observation}) => removeStaleFiles(observation.directory))
  warnings.push(...stale.flat())
  const outcomes = await publishAll(sound, applying)
  const failures = new Map<string, Error>()
  await mapBounded(sound, AT_A_TIME, async (one) => {
    const {profile} = one.observation
    const outcome = outcomes.get(profile)!
    const error = outcome.ok ? await steer(one, outcome, applying.manager) : outcome.error
    if (error) failures.set(profile, error)
    const warning = await keepCount(one.observation, applying)
    if (warning) warnings.push(warning)
  })
  return {
    actions: planned.map(({action}) => told(action, outcomes.get(action.profile), failures.get(action.profile))),
    errors: planned.flatMap(({action: {profile}}) => (failures.has(profile) ? [{error: failures.get(profile)!, profile}] : [])),
    warnings,
  }
}

async function publishAll(sound: readonly Sound[], {manager, specFor}: Applying): Promise<Map<string, InstallOutcome>> {
  const outcomes = new Map<string, InstallOutcome>()
  const fail = (id: string, error: unknown) => outcomes.set(id, {error: asError(error), id, ok: false})
  const requests: InstallRequest[] = []
  const specs = await mapBounded(sound, AT_A_TIME, async ({observation: {directory, profile}}) => {
    try {
      return await specFor(profile, directory)
    } catch (error) {
      fail(profile, error)
    }
  })
  for (const [index, {action}] of sound.entries()) {
    const spec = specs[index]
    if (spec) requests.push({options: {start: action.action === 'started'}, spec})
  }

  try {
    for (const outcome of await manager.installMany(requests)) outcomes.set(outcome.id, outcome)
  } catch (error) {
    for (const {spec} of requests) fail(spec.id, error)
  }

  for (const {profile} of sound.map(({observation}) => observation)) {
    if (!outcomes.has(profile)) fail(profile, new Error(`the service manager gave no answer for "${profile}"`))
  }

  return outcomes
}

/**
 * A slot that was there before may be up or down against the intent. One that lives without any intent is left alone:
 * nobody asked for its end.
 */
async function steer({action, observation}: Sound, outcome: InstallOutcome, manager: CheckedServiceManager): Promise<Error | undefined> {
  if (!observation.registered || (outcome.ok && outcome.result.change === 'created')) return
  const {directory, foreground, intent, profile} = observation
  // Nothing to compare with: a thousand idle profiles cost no question each.
  if (action.action !== 'started' && intent !== 'stopped' && !foreground) return
  try {
    const {state} = await manager.status(profile)
    const up = state === 'running' || state === 'starting'
    if (action.action === 'started' && (state === 'stopped' || state === 'failed')) await manager.start(profile)
    if ((intent === 'stopped' || foreground) && up) {
      // Without the marker it is still wanted: by the one who runs it in the foreground.
      if (intent === 'stopped') await markStop(directory)
      await manager.stop(profile)
    }
  } catch (error) {
    return asError(error)
  }
}

/** A full disk costs the count, not the boot. */
async function keepCount({bootCount, directory, failedBoots}: Observation, {boot, now}: Applying): Promise<string | undefined> {
  try {
    if (bootCount === 'count') await writeBootCount(directory, {boot, starting_in_a_row: failedBoots}, now)
    if (bootCount === 'remove') await removeBootCount(directory)
  } catch (error) {
    return `the count of boots in ${directory} could not be kept (${(error as Error).message})`
  }
}

function told(action: ReconcileAction, outcome: InstallOutcome | undefined, failure: Error | undefined): ReconcileAction {
  const change = outcome?.ok ? {change: outcome.result.change} : {}
  return failure ? {...action, ...change, action: 'failed', reason: failure.message} : {...action, ...change}
}
