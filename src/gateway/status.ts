import type {ServiceManager, ServiceStatus} from '@hermes-cli/service-manager'

import {isAlive} from '../host/process.js'
import {readIntent, type DesiredState} from './intent.js'
import {probeLock, type LockHolder} from './lock.js'
import {readState, type GatewayState} from './state.js'

/** What is true of one gateway now, from its service manager, its lock and its own words. */
export interface GatewayStatus {
  readonly profile: string
  /** `foreground`: it runs, but no service manager looks after it. */
  readonly state: 'absent' | 'degraded' | 'draining' | 'failed' | 'foreground' | 'running' | 'starting' | 'stopped' | 'unknown'
  readonly intent: DesiredState | 'none'
  readonly pid: number | null
  readonly port: number | null
  /** ISO 8601: since when `state`. */
  readonly since: string | null
  readonly ready: boolean | null
  /** Registered with the manager. */
  readonly registered: boolean
  /** The manager brings it back by itself; null without one. */
  readonly enabled: boolean | null
  /** The definition changed while the process ran on. */
  readonly restart_due: boolean
  /** What somebody changed in the definition, in one line. */
  readonly drift: string | null
  /** Lives in a row that ended badly and early, as it counts them itself. */
  readonly failures: number
  /** Why it is not running, or not well. */
  readonly reason: string | null
  /** What the gateway process last wrote of itself. */
  readonly observed: string | null
  readonly warnings: readonly string[]
}

interface Evidence {
  readonly profile: string
  readonly service: ServiceStatus
  readonly recorded: GatewayState | undefined
  readonly intent: DesiredState | undefined
  readonly lock: {readonly held: boolean; readonly holder?: LockHolder}
  readonly warnings: readonly string[]
}

/** Reads everything there is about one gateway. `manager` undefined: none was detected. Throws what the manager throws. */
export async function gatewayStatus(profile: string, directory: string, manager?: Pick<ServiceManager, 'status'>): Promise<GatewayStatus> {
  const [service, recorded, lock] = await Promise.all([
    manager ? manager.status(profile) : ({state: 'absent'} as const),
    readState(directory),
    probeLock(directory),
  ])
  const intent = await readIntent(directory, recorded.value?.desired_state)
  const warnings = [recorded.warning, intent.warning].filter((text) => text !== undefined)
  return judge({intent: intent.value, lock, profile, recorded: recorded.value, service, warnings})
}

type Common = Pick<
  GatewayStatus,
  'drift' | 'enabled' | 'failures' | 'intent' | 'observed' | 'port' | 'profile' | 'registered' | 'restart_due' | 'warnings'
>
type Is<State extends ServiceStatus['state']> = Extract<ServiceStatus, {state: State}>

const DOWN = {pid: null, ready: null} as const

/** Pure. The manager says whether a process is up, the lock whether a gateway lives, the state file how it is. */
export function judge(evidence: Evidence): GatewayStatus {
  const {lock, recorded, service} = evidence
  const common = commonOf(evidence)
  const outside = lock.holder && (service.state === 'absent' || service.state === 'stopped' || service.state === 'failed')
  if (outside)
    return {...common, pid: lock.holder.pid, ready: null, reason: 'it runs outside the service manager', since: null, state: 'foreground'}
  if (service.state === 'running' && !saysItStarts(service, recorded)) return running(common, service, recorded)
  if (service.state === 'starting' || service.state === 'running') return starting(common, service, evidence)
  if (service.state === 'unknown') return {...common, ...DOWN, reason: service.because, since: null, state: 'unknown'}
  const since = recorded?.since ?? null
  if (service.state === 'failed') return {...common, ...DOWN, reason: failure(service, recorded), since, state: 'failed'}
  // After a boot the manager no longer knows why it is down; the gateway's own last words do.
  const failed = service.state === 'stopped' && recorded?.gateway_state === 'startup_failed' && evidence.intent !== 'stopped'
  return {...common, ...DOWN, reason: unseen(lock) ?? lastWords(recorded), since, state: failed ? 'failed' : service.state}
}

function commonOf({intent, profile, recorded, service, warnings}: Evidence): Common {
  const known = 'enabled' in service ? service : undefined
  return {
    drift: known?.drift ?? null,
    enabled: known?.enabled ?? null,
    failures: recorded?.failures ?? 0,
    intent: intent ?? 'none',
    observed: recorded?.gateway_state ?? null,
    port: recorded?.port ?? null,
    profile,
    registered: service.state !== 'absent',
    restart_due: known?.restartDue ?? false,
    warnings,
  }
}

/** What a gateway says only after it was ready. One that is ending for good may be there a moment longer. */
const WAS_READY: readonly GatewayState['gateway_state'][] = ['degraded', 'draining', 'running']

/** To a manager that knows nothing of readiness, whatever runs is up. */
const saysItStarts = ({pid, ready}: Is<'running'>, recorded: GatewayState | undefined): boolean =>
  ready === null && recorded?.pid === pid && recorded.gateway_state === 'starting'

function running(common: Common, service: Is<'running'>, recorded: GatewayState | undefined): GatewayStatus {
  const speaks = recorded?.pid === service.pid ? recorded.gateway_state : undefined
  const state = speaks === 'degraded' || speaks === 'draining' ? speaks : 'running'
  const reason = state === 'running' ? null : (recorded?.exit_reason ?? null)
  // The supervisor counts whole seconds, and so would name another moment each time.
  const since = speaks === undefined ? undefined : recorded?.since
  // Its last words are there before its end is.
  const speaksUp = speaks !== undefined && WAS_READY.includes(speaks) && recorded?.exit_code === undefined
  const ready = service.ready ?? (speaksUp ? true : null)
  return {...common, pid: service.pid, ready, reason, since: since ?? iso(service.since), state}
}

function starting(common: Common, service: Is<'running' | 'starting'>, {lock, recorded}: Evidence): GatewayStatus {
  const own = recorded?.gateway_state === 'starting' ? recorded.exit_reason : undefined
  const reason = own ?? waiting(lock, service.pid)
  return {...common, pid: service.pid ?? null, ready: false, reason, since: iso(service.since), state: 'starting'}
}

const iso = (date: Date | undefined): string | null => date?.toISOString() ?? null

const UNSEEN = 'a process that cannot be seen from here'

const unseen = ({held, holder}: Evidence['lock']): string | undefined => (held && !holder ? `${UNSEEN} runs this profile` : undefined)

function waiting({held, holder}: Evidence['lock'], own: number | undefined): string | null {
  if (!held || (holder && holder.pid === own)) return null
  return `it waits for ${holder ? `pid ${holder.pid}` : UNSEEN}, which runs this profile`
}

function failure(service: Is<'failed'>, recorded: GatewayState | undefined): string {
  const own = recorded?.exit_reason
  if (!own) return service.because
  // What the gateway itself said of a start that can never succeed says it all; every backend would repeat it.
  return recorded?.gateway_state === 'startup_failed' && service.exitCode === 78 ? own : `${own} (${service.because})`
}

/** The last words of one that is down. */
function lastWords(recorded: GatewayState | undefined): string | null {
  if (!recorded) return null
  if (recorded.gateway_state === 'startup_failed') return recorded.exit_reason ?? 'it could not start'
  const {boot_id = '', pid, start_time = 0} = recorded
  const gone = recorded.gateway_state !== 'stopped' && pid !== undefined && !isAlive({bootId: boot_id, pid, startTime: start_time})
  return recorded.exit_reason ?? (gone ? 'it ended without a word' : null)
}
