import {smallFile, type Host} from '@hermes-cli/service-manager'

import {randomBytes} from 'node:crypto'
import {chmodSync, lstatSync, readlinkSync, renameSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'

import type {SlotEntry} from './render.js'

export const mode = (path: string): number | undefined => lstatSync(path, {throwIfNoEntry: false})?.mode

/** Where a symlink leads, or undefined for anything else. */
export function readLink(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}

export function isThere(path: string, entry: SlotEntry): boolean {
  if ('link' in entry) return readLink(path) === entry.link
  const found = smallFile(path)
  return found?.text === entry.text && found.mode === entry.mode
}

/** Throws when something is there. */
export function create(path: string, entry: SlotEntry): void {
  if ('link' in entry) return symlinkSync(entry.link, path)
  writeFileSync(path, entry.text, {flag: 'wx', mode: entry.mode})
  chmodSync(path, entry.mode)
}

/** At no moment is there nothing, or half of it. */
export async function replace(host: Host, path: string, entry: SlotEntry): Promise<void> {
  if ('text' in entry) return host.writeFileAtomic(path, entry.text, entry.mode)
  const temporary = join(dirname(path), `.${randomBytes(6).toString('hex')}.tmp`)
  symlinkSync(entry.link, temporary)
  try {
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, {force: true})
    throw error
  }
}
