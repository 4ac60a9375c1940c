import type {DesiredState} from '../gateway/intent.js'
import type {GatewayStateName} from '../gateway/state.js'

/** A gateway that did not get beyond `starting` in this many boots in a row is not tried at the next. */
export const FAILED_BOOTS = 3

export interface Situation {
  readonly intent: DesiredState | undefined
  /** What the gateway last said of itself. */
  readonly observed: GatewayStateName | undefined
  /** Boots in a row that found it `starting`, this one included. */
  readonly failedBoots: number
  /** Somebody else runs it, without the service manager. */
  readonly foreground?: boolean
}

/** Who comes back after a boot. The table is in docs/operations.md. */
export function decide({failedBoots, foreground = false, intent, observed}: Situation): 'register' | 'start' {
  if (foreground) return 'register'
  if (intent === 'stopped') return 'register'
  if (intent === 'running') {
    const hopeless = observed === 'startup_failed' || (observed === 'starting' && failedBoots >= FAILED_BOOTS)
    return hopeless ? 'register' : 'start'
  }

  return observed === 'running' || observed === 'draining' || observed === 'degraded' ? 'start' : 'register'
}
