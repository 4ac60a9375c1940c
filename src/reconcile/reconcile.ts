import type {CheckedServiceManager} from '@hermes-cli/service-manager'

import {DEFAULT_PROFILE} from '../profile/name.js'
import {apply, type SpecFor} from './apply.js'
import {thisBoot} from './boot-count.js'
import {appendBootLog, ROTATE_BYTES} from './boot-log.js'
import {observe, type Observed} from './observe.js'
import {plan, type ReconcileAction} from './plan.js'
import {seedIntent} from './seed.js'

export interface Reconciling {
  /** HERMES_HOME, absolute. */
  readonly home: string
  readonly manager: CheckedServiceManager
  readonly specFor: SpecFor
  /** Tell what would be done and change nothing: neither `specFor` nor anything of the manager but `list()` is called. */
  readonly dryRun?: boolean
  readonly now?: Date
  /** Bytes, see boot-log.ts. */
  readonly rotateBytes?: number
  /** HERMES_GATEWAY_BOOTSTRAP_STATE */
  readonly bootstrapState?: string | undefined
  /** The profile that the container's own command runs: registered down, its intent left alone. */
  readonly foreground?: string | undefined
  /** Names this boot; tests have their own. */
  readonly boot?: string
}

export interface ReconcileError {
  /** The profile or directory it is about; `profiles/` when that cannot be read. */
  readonly profile: string
  readonly code: string
  readonly message: string
}

export interface Reconciled {
  readonly actions: readonly ReconcileAction[]
  readonly warnings: readonly string[]
  /** Not empty: something was not published. */
  readonly errors: readonly ReconcileError[]
}

/** Brings the service manager to what the profiles on disk ask for: read, decide, publish, log. Never throws for one profile. */
export async function reconcile(options: Reconciling): Promise<Reconciled> {
  const {boot = thisBoot(), dryRun = false, foreground, home, manager, now = new Date(), specFor} = options
  const warnings: string[] = []
  const errors: ReconcileError[] = []
  const seeded = await seedIntent(home, {dryRun, now, value: options.bootstrapState}).catch((error: Error) => {
    errors.push(coded(DEFAULT_PROFILE, error))
    return {seeded: false, warning: undefined}
  })
  if (seeded.warning) warnings.push(seeded.warning)
  const registered = await manager.list().catch((error: Error): readonly string[] => {
    warnings.push(`the service manager could not say what it has: ${error.message}`)
    return []
  })
  const observed = await observe(home, {boot, foreground, registered: new Set(registered)})
  warnings.push(...observed.warnings)
  if (foreground && !observed.profiles.some(({profile}) => profile === foreground)) {
    warnings.push(`no profile "${foreground.slice(0, 251)}" is there to run in the foreground`)
  }

  if (observed.error) errors.push(coded('profiles/', observed.error))
  errors.push(...observed.bad.map(({because, name}) => ({code: 'invalid-profile', message: because, profile: name})))
  const planned = plan(seeded.seeded ? wanted(observed) : observed)
  if (dryRun) return {actions: planned.map(({action}) => action), errors, warnings}
  const applied = await apply(planned, {boot, manager, now, specFor})
  warnings.push(...applied.warnings, ...(await appendBootLog(home, applied.actions, now, options.rotateBytes ?? ROTATE_BYTES)))
  errors.push(...applied.errors.map(({error, profile}) => coded(profile, error)))
  return {actions: applied.actions, errors, warnings}
}

/** What the seed says, for a dry run that did not write it. */
const wanted = (observed: Observed): Observed => ({
  ...observed,
  profiles: observed.profiles.map((one) => (one.profile === DEFAULT_PROFILE ? {...one, intent: 'running'} : one)),
})

function coded(profile: string, error: Error): ReconcileError {
  const {code} = error as {code?: unknown}
  return {code: typeof code === 'string' ? code : 'unavailable', message: error.message, profile}
}
