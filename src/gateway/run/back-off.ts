import type {GatewayState} from '../state.js'
import type {Ending} from './ending.js'

/** A life that was ready for this long was no failed start, however it ended. Milliseconds. */
export const SETTLED = 60_000
const CAP_SECONDS = 30
const MOST = 1000

/** Pure. Seconds before the program is started: 0 after one sudden death, then 0.5, 1, 2, 4 … at most 30. */
export function delaySeconds(failures: number): number {
  return failures <= 1 ? 0 : Math.min(CAP_SECONDS, 2 ** (Math.min(failures, 10) - 3))
}

export interface Circumstances {
  readonly bootId: string
  /** Start time of process 1: the container's, where it has a first process of its own. */
  readonly bootedAt: number
  readonly now: Date
  /** `updated_at` of the operator's intent. */
  readonly intentAt?: string | undefined
}

/**
 * Pure: failed starts in a row up to this one. The caller holds the lock, so whoever wrote `prior` is gone; a live state
 * without an exit code in it means that it went without a word. One that died while draining was told to end. One of an earlier boot, the container's own included, died
 * with its whole world: power cuts are no failures of a gateway.
 */
export function failuresBefore(prior: GatewayState | undefined, {bootId, bootedAt, intentAt, now}: Circumstances): number {
  if (!prior || (prior.boot_id && prior.boot_id !== bootId)) return 0
  if (prior.boot_id && prior.start_time !== undefined && prior.start_time < bootedAt) return 0
  const intent = Date.parse(intentAt ?? '')
  // Not a comparison with NaN by accident: a missing or unreadable time never resets. One from the future neither.
  if (intent > Date.parse(prior.updated_at ?? '') && intent <= now.getTime()) return 0
  const count = Math.max(0, Math.min(MOST, prior.failures ?? 0))
  if (prior.exit_code !== undefined || !prior.boot_id) return count
  if (prior.gateway_state === 'starting') return count + 1
  if (prior.gateway_state !== 'running' && prior.gateway_state !== 'degraded') return count
  return now.getTime() - Date.parse(prior.since ?? '') >= SETTLED ? 0 : count + 1
}

/** Pure: the count to leave behind. `readyFor` in milliseconds, undefined when it never was ready. */
export function failuresAfter(before: number, ending: Ending, readyFor: number | undefined): number {
  if (readyFor !== undefined && readyFor >= SETTLED) return 0
  if (ending.kind === 'program' && (ending.code === 0 || ending.code === 75)) return 0
  if (ending.kind !== 'signal') return Math.min(MOST, before + 1)
  const unasked = !ending.planned && (ending.signal === 'SIGTERM' || ending.signal === 'SIGHUP')
  return unasked ? before : 0
}

/** Pure: what gateway_state.json says meanwhile. */
export function waitingReason(failures: number, last: string | undefined): string {
  const what = `waiting ${delaySeconds(failures)} s after ${failures} failed starts`
  return `${what}: ${last?.replace(/^waiting [\d.]+ s after \d+ failed starts?: /, '') ?? 'it died without a word'}`
}
