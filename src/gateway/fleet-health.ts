import type {GatewayStatus} from './status.js'

/** Who supervises the gateways of a home. `elsewhere`: another container does, and this one only stands by. */
export type Supervision =
  | {readonly is: 'elsewhere'; readonly because: string}
  | {readonly is: 'here'; readonly by: string}
  | {readonly is: 'none'; readonly because: string}

/** One gateway that is meant to run. `failed`: for good, a restart of the container would not cure it. */
export interface GatewayHealth {
  readonly profile: string
  readonly health: 'down' | 'failed' | 'starting' | 'up'
  readonly state: GatewayStatus['state']
  readonly reason: string | null
}

export interface Verdict {
  readonly healthy: boolean
  readonly reason: string
}

/** Failed starts in a row from which on it is no longer bad luck. */
const CRASH_LOOP = 2

/** Pure. `startSeconds`: how long one that is starting may take. */
export function gatewayHealth(status: GatewayStatus, startSeconds: number, now: Date): GatewayHealth {
  const {profile, reason, state} = status
  if (state !== 'starting') return {health: BY_STATE[state], profile, reason, state}
  if (status.failures >= CRASH_LOOP) {
    return {health: 'down', profile, reason: reason ?? `${status.failures} starts in a row have failed`, state}
  }

  const began = Date.parse(status.since ?? '')
  if (!(now.getTime() - began > startSeconds * 1000)) return {health: 'starting', profile, reason, state}
  return {health: 'down', profile, reason: reason ?? `not ready after ${startSeconds} s`, state}
}

const BY_STATE: Readonly<Record<Exclude<GatewayStatus['state'], 'starting'>, GatewayHealth['health']>> = {
  absent: 'down',
  degraded: 'up',
  draining: 'up',
  failed: 'failed',
  foreground: 'up',
  running: 'up',
  stopped: 'down',
  unknown: 'down',
}

/** Pure. The rule of `container:health` over those that are meant to run; the reason is one clause. */
export function fleetVerdict(supervision: Supervision, wanted: readonly GatewayHealth[]): Verdict {
  if (supervision.is === 'elsewhere') return {healthy: false, reason: `standby: supervised elsewhere: ${supervision.because}`}
  if (supervision.is === 'none') return {healthy: false, reason: `no supervision tree is usable for this home: ${supervision.because}`}
  if (wanted.length === 0) return {healthy: true, reason: `no gateway is meant to run under ${supervision.by}`}
  const count = (health: GatewayHealth['health']): number => wanted.filter((one) => one.health === health).length
  const numbers = (['up', 'starting', 'down', 'failed'] as const)
    .map((health) => [count(health), health] as const)
    .filter(([number]) => number > 0)
    .map(([number, health]) => `${number} ${health}`)
  const reason = `of ${wanted.length} meant to run under ${supervision.by}: ${numbers.join(', ')}`
  return {healthy: count('down') === 0 && count('failed') < wanted.length, reason}
}
