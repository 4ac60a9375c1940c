import {closeSync, constants, fstatSync, openSync, readFileSync} from 'node:fs'

/** Bytes: definitions, records and states are far smaller. */
const SMALL = 1_048_576

/** What a file was when it was read. */
export interface SmallFile {
  /** Permission bits. */
  readonly mode: number
  readonly text: string
}

/** How a small file is read. */
export interface ReadOptions {
  readonly encoding?: 'utf16le' | 'utf8'
  /** Also through a link in place of the file; only where nobody else can put one. */
  readonly follow?: boolean
  /** Bytes. Default: 1 MiB. */
  readonly limit?: number
}

/** A small regular file. Undefined for anything else, and for what cannot be read. Waits on no FIFO. */
export function smallFile(path: string, {encoding = 'utf8', follow = false, limit = SMALL}: ReadOptions = {}): SmallFile | undefined {
  let fd: number | undefined
  try {
    // Windows has neither.
    const {O_NOFOLLOW = 0, O_NONBLOCK = 0, O_RDONLY} = constants
    fd = openSync(path, O_RDONLY | O_NONBLOCK | (follow ? 0 : O_NOFOLLOW))
    const found = fstatSync(fd)
    if (!found.isFile() || found.size > limit) return undefined
    return {mode: found.mode & 0o7777, text: readFileSync(fd, encoding)}
  } catch {
    return undefined
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}

/** Its text alone. */
export const readSmall = (path: string, options?: ReadOptions): string | undefined => smallFile(path, options)?.text
