import {closeSync, readSync} from 'node:fs'
import {join} from 'node:path'

import {ServiceManagerError} from './errors.js'
import type {Host} from './host.js'
import {inodeAt, LogReader, openLog} from './log-reader.js'
import {namesIn} from './names-in.js'
import type {LogOptions} from './types.js'

/** Milliseconds between two looks at a log that is followed. */
const LOOK = 100
/** Bytes of one read. */
const CHUNK = 65_536

/** Paths as they are now, oldest first; the last one is that which is written. */
export type LogFiles = () => readonly string[]

/**
 * For `logs` of what keeps plain files: the last lines of these, oldest first, and with `follow` what comes after them,
 * each line once and in order, whatever is rotated meanwhile: by a file's new name, or by emptying it. A file that is not
 * there, or is a link or a FIFO, has no lines; one of more than 1 MiB comes in pieces. Throws `permission`.
 */
export async function* readLogFiles(host: Host, files: LogFiles, options: LogOptions): AsyncGenerator<string> {
  try {
    yield* read(host, files, options)
  } catch (error) {
    const {code, path} = error as NodeJS.ErrnoException
    if (code !== 'EACCES' && code !== 'EPERM') throw error
    throw new ServiceManagerError('permission', `the log cannot be read: user ${host.uid} may not read ${path ?? 'it'}`, {
      cause: error,
      suggestions: ['Run this as the user the service runs as, or as root.'],
    })
  }
}

/** The same for a directory that svlogd, s6-log or multilog writes: `current`, and `@` and a time for what was rotated. */
export function readLogDirectory(host: Host, directory: string, options: LogOptions): AsyncGenerator<string> {
  const files = (): string[] => [
    ...namesIn(directory)
      .filter((name) => name.startsWith('@'))
      .sort(),
    'current',
  ]
  return readLogFiles(host, () => files().map((name) => join(directory, name)), options)
}

async function* read(host: Host, files: LogFiles, {follow, lines, signal}: LogOptions): AsyncGenerator<string> {
  const current = files().at(-1)
  if (current === undefined) return
  let reader = new LogReader(current)
  try {
    const last = lastLines(files, reader, lines)
    // What has no line break yet is shown when it gets one, or at once where nobody waits for it.
    const rest = follow ? '' : reader.rest.toString('utf8')
    if (lines > 0) yield* (rest === '' ? last : [...last, rest]).slice(-lines)
    if (!follow) return
    while (!signal?.aborted) {
      const moved = reader.wasReplaced()
      yield* reader.read()
      if (moved) {
        let half = reader.rest
        // More than one rotation may have come since the last look.
        for (const between of rotatedAfter(files, reader.inode)) {
          const {found, rest: next} = readWhole(between, half)
          yield* found
          half = next
        }

        reader.close()
        reader = new LogReader(current, half)
      } else await host.sleep(LOOK, signal).catch(() => {})
    }
  } finally {
    reader.close()
  }
}

/** Files that came between that one, which was rotated, and the one that is written now. */
function rotatedAfter(files: LogFiles, inode: bigint | undefined): readonly string[] {
  const older = files().slice(0, -1)
  const index = older.findIndex((path) => inodeAt(path) === inode)
  return index === -1 ? [] : older.slice(index + 1)
}

function readWhole(path: string, half: Buffer): {found: string[]; rest: Buffer} {
  const reader = new LogReader(path, half)
  try {
    const found = [...reader.read()]
    return {found, rest: reader.rest}
  } finally {
    reader.close()
  }
}

/** The reader stands behind them afterwards. */
function lastLines(files: LogFiles, reader: LogReader, wanted: number): readonly string[] {
  const older = enoughOf(files(), wanted)
  // The reader's own may have been rotated since it was opened, and others after it.
  const {inode} = reader
  const own = inode === undefined ? -1 : older.findIndex((path) => inodeAt(path) === inode)
  let last: string[] = []
  const keep = (lines: Iterable<string>): void => {
    for (const line of lines) {
      last.push(line)
      if (last.length > 2 * wanted + 1000) last = wanted === 0 ? [] : last.slice(-wanted)
    }
  }

  // A rotation may come in the middle of a line, and of a letter.
  let half: Buffer | undefined
  for (const path of own === -1 ? older : older.slice(0, own)) {
    const {found, rest} = readWhole(path, half ?? Buffer.alloc(0))
    keep(found)
    half = rest
  }

  if (half) reader.prepend(half)
  keep(reader.read())
  return wanted === 0 ? [] : last.slice(-wanted)
}

/** As many of the newer files before the last one as have the lines that are wanted, and the end of one before. */
function enoughOf(files: readonly string[], wanted: number): readonly string[] {
  let breaks = 0
  let first = files.length
  while (first > 0 && breaks <= wanted) breaks += lineBreaks(files[--first]!)
  return files.slice(first, -1)
}

function lineBreaks(path: string): number {
  const fd = openLog(path)
  if (fd === undefined) return 0
  try {
    const buffer = Buffer.alloc(CHUNK)
    let breaks = 0
    for (let count; (count = readSync(fd, buffer, 0, CHUNK, null)) > 0;) {
      for (let at = buffer.indexOf(10); at !== -1 && at < count; at = buffer.indexOf(10, at + 1)) breaks++
    }

    return breaks
  } finally {
    closeSync(fd)
  }
}
