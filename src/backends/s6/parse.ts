import type {ServiceStatus} from '@hermes-cli/service-manager'

/** Fields asked of `s6-svstat -o`, in this order. The human line differs between versions, this does not. */
export const SVSTAT_FIELDS = 'up,wantedup,normallyup,ready,paused,pid,exitcode,signal,signum,updownfor,readyfor'

/** What the slot itself says beside the supervisor. */
export interface SlotFacts {
  /** It has a notification-fd. */
  readonly notifies: boolean
  /** data/outcome: what the finish script decided about the last death. */
  readonly outcome: string | undefined
  readonly restartDue: boolean
  /** Milliseconds since the epoch, at which svstat was asked. */
  readonly now: number
}

interface Svstat {
  readonly up: boolean
  readonly wantedup: boolean
  readonly normallyup: boolean
  readonly ready: boolean
  readonly pid: number
  readonly exitcode: number
  readonly signal: string
  readonly updownfor: number
}

/** The answer of `s6-svstat -o ${SVSTAT_FIELDS}`, or undefined when it is none. */
export function readSvstat(text: string): Svstat | undefined {
  const words = text.trim().split(/\s+/)
  const names = SVSTAT_FIELDS.split(',')
  if (words.length !== names.length) return undefined
  const at = (name: string): string => words[names.indexOf(name)]!
  const flags = ['up', 'wantedup', 'normallyup', 'ready'].map((name) => at(name))
  const numbers = ['pid', 'exitcode', 'updownfor'].map((name) => Number(at(name)))
  if (flags.some((flag) => flag !== 'true' && flag !== 'false') || numbers.some((number) => !Number.isSafeInteger(number))) return undefined
  const [up, wantedup, normallyup, ready] = flags.map((flag) => flag === 'true') as [boolean, boolean, boolean, boolean]
  const [pid, exitcode, updownfor] = numbers as [number, number, number]
  return {exitcode, normallyup, pid, ready, signal: at('signal'), up, updownfor, wantedup}
}

/** Pure: the state of a supervised slot. */
export function parseStatus(text: string, slot: SlotFacts): ServiceStatus {
  const seen = readSvstat(text)
  if (!seen) return {because: `s6-svstat gave an answer that is not understood: ${JSON.stringify(text.trim())}`, state: 'unknown'}
  const common = {enabled: seen.normallyup, ...(slot.restartDue ? {restartDue: true} : {})}
  const since = new Date(slot.now - seen.updownfor * 1000)
  if (seen.up) {
    const {pid} = seen
    if (slot.notifies && !seen.ready && seen.wantedup) return {...common, pid, since, state: 'starting'}
    return {...common, pid, ready: slot.notifies ? seen.ready : null, since, state: 'running'}
  }

  if (seen.wantedup) return {enabled: seen.normallyup, state: 'starting'}
  const because = seen.normallyup ? failure(seen, slot.outcome) : undefined
  if (because === undefined) return {enabled: seen.normallyup, since, state: 'stopped'}
  return {because, enabled: seen.normallyup, state: 'failed', ...death(seen)}
}

const death = (seen: Svstat): {exitCode?: number; signal?: string} =>
  seen.exitcode >= 0 ? {exitCode: seen.exitcode} : seen.signal === 'NA' ? {} : {signal: seen.signal}

/** The reason for which the finish script gave it up, or undefined when it did not. */
function failure(seen: Svstat, outcome: string | undefined): string | undefined {
  if (outcome === 'refused') return `it exited with ${seen.exitcode}: as it is configured it can never start`
  if (outcome !== 'crash-loop') return undefined
  const last = seen.exitcode >= 0 ? `exited with ${seen.exitcode}` : `was killed by ${seen.signal}`
  const hint = {126: ' (the program may not be executed)', 127: ' (the program was not found)'}[seen.exitcode] ?? ''
  return `it crashed 5 times within 60 seconds and was given up; the last time it ${last}${hint}`
}
