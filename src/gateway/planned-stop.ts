import {rm} from 'node:fs/promises'

import {readJsonObject, writeJson} from '../host/files.js'
import type {ProcessIdentity} from '../host/process.js'
import {storing} from '../profile/errors.js'
import {files} from '../profile/paths.js'

/** Seconds for which a marker speaks. */
export const MARKER_SECONDS = 60

/** .gateway-planned-stop.json: the next SIGTERM of that very process is an operator's stop. */
export interface PlannedStop {
  readonly target_pid: number
  readonly target_start_time: number
  readonly stopper_pid: number
  /** ISO 8601. */
  readonly written_at: string
}

/** Throws `storage` or `permission`. */
export async function writePlannedStop(directory: string, target: ProcessIdentity, now = new Date()): Promise<void> {
  const marker: PlannedStop = {
    stopper_pid: process.pid,
    target_pid: target.pid,
    target_start_time: target.startTime,
    written_at: now.toISOString(),
  }
  const path = files.plannedStop(directory)
  await storing(`${path} cannot be written`, () => writeJson(path, marker))
}

/** Pure: does this marker speak for this process at this time? */
export function isPlannedFor(marker: Record<string, unknown>, self: ProcessIdentity, now: Date): boolean {
  if (marker.target_pid !== self.pid || marker.target_start_time !== self.startTime) return false
  const age = now.getTime() - Date.parse(String(marker.written_at))
  return age >= -1000 && age <= MARKER_SECONDS * 1000
}

/** True when a valid marker names this process. Consumed whatever it said: a marker is for one stop. */
export async function takePlannedStop(directory: string, self: ProcessIdentity, now = new Date()): Promise<boolean> {
  const read = await readJsonObject(files.plannedStop(directory))
  if (!read.ok && read.why === 'missing') return false
  await rm(files.plannedStop(directory), {force: true, recursive: true}).catch(() => {})
  return read.ok && isPlannedFor(read.value, self, now)
}
