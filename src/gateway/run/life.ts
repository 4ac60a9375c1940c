import type {ProcessIdentity} from '../../host/process.js'
import type {ProfileConfig} from '../../profile/config.js'
import {takePlannedStop} from '../planned-stop.js'
import type {Ending} from './ending.js'
import type {Health} from './health.js'
import {say} from './log.js'
import {notifyReady} from './notify.js'
import type {Variables} from './environment.js'
import type {StateRecord} from './record.js'
import type {Signals} from './signals.js'

export interface Life {
  readonly home: string
  readonly profile: string
  readonly directory: string
  readonly environment: Variables
  readonly self: ProcessIdentity
  readonly signals: Signals
  readonly record: StateRecord
  readonly config: ProfileConfig
  readonly port: number
  readonly failures: number
  /** Why the life before ended. */
  readonly lastReason: string | undefined
  /** `at`: process.uptime() of the moment it was ready. */
  readonly ready: {at?: number}
}

/** Resolves once we are told to end. */
export const told = (stop: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (stop.aborted) resolve()
    else stop.addEventListener('abort', () => resolve(), {once: true})
  })

/** First the record, then the supervisor: whoever waited for readiness reads a state that says so. */
export async function announce(life: Life, problem?: string): Promise<void> {
  life.ready.at = process.uptime()
  life.record.set(problem ? 'degraded' : 'running', {exit_reason: problem})
  await life.record.written()
  notifyReady(life.environment.HERMES_SUPERVISED === '1' ? life.environment.HERMES_NOTIFY_FD : undefined)
  say(`gateway of profile ${life.profile} is ${problem ? `degraded: ${problem}` : 'running'} (pid ${life.self.pid}, port ${life.port})`)
}

/** What the health endpoint says. */
export function report({profile, record, self}: Life): Health {
  const {child_pid, exit_reason, gateway_state, since} = record.current()
  const ready = gateway_state === 'running' || gateway_state === 'degraded'
  return {
    status: gateway_state,
    ready,
    profile,
    pid: self.pid,
    ...(child_pid === undefined ? {} : {child_pid}),
    since,
    ...(exit_reason === undefined ? {} : {reason: exit_reason}),
  }
}

/** The ending by the strongest signal so far. Reads, and uses up, the marker of a planned stop. */
export async function signalled({directory, self, signals}: Life, note?: string): Promise<Ending> {
  const signal = signals.received() ?? 'SIGTERM'
  const planned = signal === 'SIGINT' || (signal === 'SIGTERM' && (await takePlannedStop(directory, self)))
  return {kind: 'signal', planned, signal, ...(note ? {note} : {})}
}
