import type {GatewayStateName} from '../gateway/state.js'
import {decide, FAILED_BOOTS} from './decide.js'
import type {Observation, Observed} from './observe.js'

/** What was done about one profile, or would be. JSON as it is printed. */
export interface ReconcileAction {
  readonly profile: string
  readonly prior_state: GatewayStateName | null
  readonly intent: 'none' | 'running' | 'stopped'
  readonly action: 'failed' | 'registered' | 'skipped' | 'started'
  readonly change?: 'created' | 'unchanged' | 'updated'
  readonly reason?: string
}

export interface Planned {
  readonly action: ReconcileAction
  /** undefined for what is only named and never published. */
  readonly observation?: Observation
}

/** Pure: one entry per profile and per bad directory; `default` first, then by byte order. */
export function plan({bad, profiles}: Pick<Observed, 'bad' | 'profiles'>): readonly Planned[] {
  const [first, ...named] = profiles.map((observation) => ({action: planned(observation), observation}))
  const skipped = bad.map(({because, name}): Planned => ({
    action: {action: 'skipped', intent: 'none', prior_state: null, profile: name, reason: because},
  }))
  const rest = [...named, ...skipped].sort((a, b) => Buffer.compare(Buffer.from(a.action.profile), Buffer.from(b.action.profile)))
  return first ? [first, ...rest] : rest
}

function planned(observation: Observation): ReconcileAction {
  const {failedBoots, foreground, intent, priorState, profile} = observation
  const verdict = decide({failedBoots, foreground, intent, observed: priorState})
  const reason = verdict === 'register' ? whyDown(observation) : undefined
  return {
    action: verdict === 'start' ? 'started' : 'registered',
    intent: intent ?? 'none',
    prior_state: priorState ?? null,
    profile,
    ...(reason === undefined ? {} : {reason}),
  }
}

/** Nothing is to be said where it was not wanted. */
function whyDown({foreground, intent, priorState}: Observation): string | undefined {
  if (foreground) return 'runs in the foreground'
  if (intent !== 'running') return undefined
  const still = `it was still starting at ${FAILED_BOOTS} boots in a row`
  return `not started: ${priorState === 'starting' ? still : 'its last start failed for good'}`
}
