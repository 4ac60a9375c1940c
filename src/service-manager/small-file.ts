import {closeSync, constants, fstatSync, openSync, readSync} from 'node:fs'

/** Bytes: definitions, records and states are far smaller. */
const SMALL = 1_048_576
const CHUNK = 65_536

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
    const bytes = found.isFile() && found.size <= limit ? readAtMost(fd, found.size, limit) : undefined
    return bytes && {mode: found.mode & 0o7777, text: bytes.toString(encoding)}
  } catch {
    return undefined
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}

/** Undefined when there is more: it may grow while it is read, and what the kernel makes up has no size. */
function readAtMost(fd: number, size: number, limit: number): Buffer | undefined {
  let buffer = Buffer.alloc(Math.min(size, limit) + 1)
  let length = 0
  for (let count; (count = readSync(fd, buffer, length, buffer.length - length, null)) > 0;) {
    length += count
    if (length > limit) return undefined
    if (length === buffer.length) buffer = Buffer.concat([buffer, Buffer.alloc(Math.min(CHUNK, limit + 1 - length))])
  }

  return buffer.subarray(0, length)
}

/** Its text alone. */
export const readSmall = (path: string, options?: ReadOptions): string | undefined => smallFile(path, options)?.text
