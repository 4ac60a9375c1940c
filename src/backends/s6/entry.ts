import type {Host} from '@hermes-cli/service-manager'

import {randomBytes} from 'node:crypto'
import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import {dirname, join} from 'node:path'

import type {SlotEntry, SlotFile} from './render.js'

const SMALL = 1_048_576

export const mode = (path: string): number | undefined => lstatSync(path, {throwIfNoEntry: false})?.mode

/** A small regular file's text and permissions, or undefined for anything else. Follows no symlink, waits on no FIFO. */
export function readSmall(path: string): SlotFile | undefined {
  let fd: number | undefined
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    const stat = fstatSync(fd)
    if (!stat.isFile() || stat.size > SMALL) return undefined
    return {mode: stat.mode & 0o7777, text: readFileSync(fd, 'utf8')}
  } catch {
    return undefined
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}

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
  const found = readSmall(path)
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
