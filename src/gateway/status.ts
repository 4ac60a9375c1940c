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

/** Pure. The manager says whether a process is up, the lock whether a gateway lives, the state file how it is. */
export function judge({intent, lock, profile, recorded, service, warnings}: Evidence): GatewayStatus {
  const registered = service.state !== 'absent'
  const known = 'enabled' in service ? service : undefined
  const common = {
    enabled: known?.enabled ?? null,
    intent: intent ?? 'none',
    observed: recorded?.gateway_state ?? null,
    port: recorded?.port ?? null,
    profile,
    registered,
    restart_due: known?.restartDue ?? false,
    warnings,
  } as const
  const down = {pid: null, ready: null} as const
  const alive = lock.holder ?? undefined
  const outside = alive && (service.state === 'absent' || service.state === 'stopped' || service.state === 'failed')
  if (outside)
    return {...common, pid: alive.pid, ready: null, reason: 'it runs outside the service manager', since: null, state: 'foreground'}

  switch (service.state) {
    case 'running': {
      return running(common, service, recorded)
    }

    case 'starting': {
      const reason = recorded?.gateway_state === 'starting' && recorded.exit_reason ? recorded.exit_reason : waiting(lock, service.pid)
      return {...common, pid: service.pid ?? null, ready: false, reason, since: iso(service.since), state: 'starting'}
    }

    case 'failed': {
      return {...common, ...down, reason: failure(service, recorded), since: recorded?.since ?? null, state: 'failed'}
    }

    case 'unknown': {
      return {...common, ...down, reason: service.because, since: null, state: 'unknown'}
    }

    default: {
      // After a boot the manager no longer knows why it is down; the gateway's own last words do.
      const failed = service.state === 'stopped' && recorded?.gateway_state === 'startup_failed' && intent !== 'stopped'
      return {...common, ...down, reason: stopped(recorded), since: recorded?.since ?? null, state: failed ? 'failed' : service.state}
    }
  }
}

type Common = Pick<GatewayStatus, 'enabled' | 'intent' | 'observed' | 'port' | 'profile' | 'registered' | 'restart_due' | 'warnings'>

function running(common: Common, service: Extract<ServiceStatus, {state: 'running'}>, recorded: GatewayState | undefined): GatewayStatus {
  const speaks = recorded?.pid === service.pid ? recorded.gateway_state : undefined
  const state = speaks === 'degraded' || speaks === 'draining' ? speaks : 'running'
  const reason = state === 'running' ? null : (recorded?.exit_reason ?? null)
  return {...common, pid: service.pid, ready: service.ready, reason, since: iso(service.since), state}
}

const iso = (date: Date | undefined): string | null => date?.toISOString() ?? null

const waiting = (lock: Evidence['lock'], own: number | undefined): string | null =>
  lock.held && lock.holder?.pid !== own
    ? `it waits for ${lock.holder ? `pid ${lock.holder.pid}` : 'a process that cannot be seen from here'}, which runs this profile`
    : null

function failure(service: Extract<ServiceStatus, {state: 'failed'}>, recorded: GatewayState | undefined): string {
  const own = recorded?.exit_reason
  return own ? `${own} (${service.because})` : service.because
}

/** The last words of one that is down, unless they only say that it was stopped. */
function stopped(recorded: GatewayState | undefined): string | null {
  if (!recorded) return null
  if (recorded.gateway_state === 'startup_failed') return recorded.exit_reason ?? 'it could not start'
  const {boot_id = '', pid, start_time = 0} = recorded
  const gone = recorded.gateway_state !== 'stopped' && pid !== undefined && !isAlive({bootId: boot_id, pid, startTime: start_time})
  if (gone && recorded.exit_reason === undefined) return 'it ended without a word'
  return recorded.exit_reason ?? null
}
