import {readJsonObject, writeJson} from '../host/files.js'
import {storing} from '../profile/errors.js'
import {files} from '../profile/paths.js'

export type DesiredState = 'running' | 'stopped'

export interface Intent {
  readonly desired_state: DesiredState
  /** ISO 8601. */
  readonly updated_at: string
  /** Which verb wrote it. */
  readonly by: string
}

export interface Found<T> {
  /** undefined: nothing usable there. */
  readonly value: T | undefined
  /** Something is there but could not be used. */
  readonly warning?: string
}

/**
 * What the operator wants. Homes of the Python project keep it as `desired_state` inside gateway_state.json: the caller
 * passes that one as `legacy`.
 */
export async function readIntent(directory: string, legacy?: unknown): Promise<Found<DesiredState>> {
  const read = await readJsonObject(files.intent(directory))
  if (!read.ok && read.why === 'missing') return {value: asDesired(legacy)}
  if (!read.ok) return {value: undefined, warning: `${read.detail}; taken as no intent`}
  const value = asDesired(read.value.desired_state)
  return value ? {value} : {value, warning: `${files.intent(directory)} names no known desired_state; taken as no intent`}
}

const asDesired = (value: unknown): DesiredState | undefined => (value === 'running' || value === 'stopped' ? value : undefined)

/** Throws `storage` or `permission`; the old intent stands then. */
export async function writeIntent(directory: string, desired: DesiredState, by: string, now = new Date()): Promise<void> {
  const intent: Intent = {by, desired_state: desired, updated_at: now.toISOString()}
  const path = files.intent(directory)
  await storing(`${path} cannot be written`, () => writeJson(path, intent))
}
