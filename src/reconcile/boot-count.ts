import {rm} from 'node:fs/promises'
import {join} from 'node:path'

import {readJsonObject, writeJson} from '../host/files.js'
import {identify} from '../host/process.js'

/**
 * `gateway_boot.json` in a profile directory, only reconcile's: how many boots in a row found the gateway `starting`.
 * `boot` names the boot that was counted last, so that a second reconcile within one counts nothing.
 */
export interface BootCount {
  readonly starting_in_a_row: number
  readonly boot: string
}

const file = (directory: string): string => join(directory, 'gateway_boot.json')

/** Names this boot: of the machine, and of the container where it has a first process of its own. */
export function thisBoot(): string {
  const first = identify(1)
  return first ? `${first.bootId}:${first.startTime}` : ''
}

/** undefined when there is none; one that cannot be used says so and counts as none. */
export async function readBootCount(directory: string): Promise<{value?: BootCount; warning?: string}> {
  const read = await readJsonObject(file(directory))
  if (!read.ok) return read.why === 'missing' ? {} : {warning: `${read.detail}; taken as no count`}
  const {boot, starting_in_a_row: count} = read.value
  if (typeof boot !== 'string' || !Number.isSafeInteger(count) || (count as number) < 0) {
    return {warning: `${file(directory)} holds no count of boots; taken as none`}
  }

  return {value: {boot, starting_in_a_row: count as number}}
}

export const writeBootCount = (directory: string, count: BootCount, now: Date): Promise<void> =>
  writeJson(file(directory), {...count, updated_at: now.toISOString()})

export const removeBootCount = (directory: string): Promise<void> => rm(file(directory), {force: true})
