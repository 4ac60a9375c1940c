import {readJsonObject, writeJson} from '../host/files.js'
import {files} from '../profile/paths.js'
import type {Found} from './intent.js'

export const GATEWAY_STATES = ['degraded', 'draining', 'running', 'starting', 'startup_failed', 'stopped'] as const
export type GatewayStateName = (typeof GATEWAY_STATES)[number]

/** gateway_state.json: what the gateway process last said of itself. Only that process and its runner write it. */
export interface GatewayState {
  readonly gateway_state: GatewayStateName
  readonly pid?: number
  /** Identifies `pid`, see host/process.ts. */
  readonly start_time?: number
  readonly boot_id?: string
  readonly hermes_home?: string
  /** ISO 8601. */
  readonly updated_at?: string
  /** ISO 8601: when the present gateway_state began. */
  readonly since?: string
  readonly exit_reason?: string
  readonly exit_code?: number
  readonly port?: number
  /** The child program's pid. */
  readonly child_pid?: number
  /** Lives in a row that ended badly and early; the next start waits accordingly. */
  readonly failures?: number
  /** The Python project keeps the operator's intent here. */
  readonly desired_state?: unknown
}

/** Never throws: whatever is wrong with the file is "no state" and a warning. */
export async function readState(directory: string): Promise<Found<GatewayState>> {
  const read = await readJsonObject(files.state(directory))
  if (!read.ok) return read.why === 'missing' ? {value: undefined} : {value: undefined, warning: `${read.detail}; taken as no state`}
  const name = read.value.gateway_state
  if (!(GATEWAY_STATES as readonly unknown[]).includes(name)) {
    // Python homes may hold an intent and no state we know.
    const known = read.value.desired_state === undefined
    const warning = `${files.state(directory)} names no known gateway_state; taken as no state`
    return known ? {value: undefined, warning} : {value: {...clean(read.value), gateway_state: 'stopped'}, warning}
  }

  return {value: {...clean(read.value), gateway_state: name as GatewayStateName}}
}

/** Keeps fields of the right type and drops the rest. */
function clean(raw: Record<string, unknown>): Omit<GatewayState, 'gateway_state'> {
  const numbers = ['child_pid', 'exit_code', 'failures', 'pid', 'port', 'start_time']
  const texts = ['boot_id', 'exit_reason', 'hermes_home', 'since', 'updated_at']
  const kept = Object.entries(raw).filter(
    ([key, value]) =>
      (numbers.includes(key) && Number.isSafeInteger(value)) ||
      (texts.includes(key) && typeof value === 'string') ||
      key === 'desired_state',
  )
  return Object.fromEntries(kept)
}

export const writeState = (directory: string, state: GatewayState): Promise<void> => writeJson(files.state(directory), state)
