import type {ProcessIdentity} from '../../host/process.js'
import type {ProfileConfig} from '../../profile/config.js'
import {takePlannedStop} from '../planned-stop.js'
import {delaySeconds, waitingReason} from './back-off.js'
import type {Ending} from './ending.js'
import {portProblem, serveHealth, serveHealthWithin, type Health, type HealthServer} from './health.js'
import {say} from './log.js'
import {notifyReady} from './notify.js'
import {pause} from './pause.js'
import type {Variables} from './environment.js'
import {readinessProblem} from './ready.js'
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
  /** `at`: performance.now() of the moment it was ready. */
  readonly ready: {at?: number}
}

/** Milliseconds: how long a gateway that is nothing but its port waits for it, and how often it tries. */
const PORT_PATIENCE = 2000
const PORT_RETRY = 250
/** How often a gateway whose program runs tries to get its port after all. */
const DEGRADED_RETRY = 3000

/** From "this process is the gateway" to the reason it ends. Everything it started is over by then. */
export async function live(life: Life): Promise<Ending> {
  const {config, failures, lastReason, port, record, signals} = life
  const {command, ready} = config.gateway
  const problem = command === undefined ? undefined : readinessProblem(ready, port)
  if (problem) return {because: problem, kind: 'config'}
  if (signals.stop.aborted) return signalled(life)
  if (failures > 0) {
    const reason = waitingReason(failures, lastReason)
    say(`gateway of profile ${life.profile}: ${reason}`)
    record.set('starting', {exit_reason: reason})
    if (await pause(delaySeconds(failures) * 1000, signals.stop)) return signalled(life)
    record.set('starting', {exit_reason: undefined})
  }

  return command === undefined ? idle(life) : (await import('./with-program.js')).withProgram(life, command)
}

/** No program: the health endpoint is all there is. */
async function idle(life: Life): Promise<Ending> {
  const {port, signals} = life
  let health: HealthServer
  try {
    health = await serveHealthWithin(PORT_PATIENCE, PORT_RETRY, {port, report: () => report(life), stop: signals.stop})
  } catch (error) {
    return signals.stop.aborted ? signalled(life) : {because: portProblem(port, error), kind: 'failed'}
  }

  try {
    await announce(life)
    await told(signals.stop)
    return await signalled(life)
  } finally {
    health.close()
  }
}

/** Resolves once we are told to end. */
export const told = (stop: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (stop.aborted) resolve()
    else stop.addEventListener('abort', () => resolve(), {once: true})
  })

/** First the record, then the supervisor: whoever waited for readiness reads a state that says so. */
export async function announce(life: Life, problem?: string): Promise<void> {
  life.ready.at = performance.now()
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

/** The health endpoint beside a program: without its port the gateway is degraded and goes on trying. */
export async function healthBeside(life: Life, over: AbortSignal): Promise<{readonly problem: () => string | undefined}> {
  const {port, record} = life
  let problem: string | undefined
  const attempt = async (): Promise<boolean> => {
    try {
      const server = await serveHealth(port, () => report(life))
      if (over.aborted) server.close()
      else over.addEventListener('abort', () => server.close(), {once: true})
      problem = undefined
      return true
    } catch (error) {
      problem = portProblem(port, error)
      return false
    }
  }

  const keepTrying = async () => {
    for (;;) {
      if (await pause(DEGRADED_RETRY, over)) return
      if (await attempt()) break
    }

    if (record.current().gateway_state !== 'degraded') return
    record.set('running', {exit_reason: undefined})
    say(`gateway of profile ${life.profile} got port ${port} and is running`)
  }

  if (!(await attempt())) keepTrying().catch(() => {})
  return {problem: () => problem}
}
