import {constants, readdirSync} from 'node:fs'
import {open, type FileHandle} from 'node:fs/promises'
import {join} from 'node:path'

import type {Host} from './host.js'
import type {LogOptions} from './types.js'

/**
 * For `logs` of a manager that keeps plain files: the last lines of these, which are given oldest first, and with `follow`
 * what comes after them in the last one, across rotations (needs `tail -F`). A file that is not there has no lines. Throws
 * what the system says of one that may not be read.
 */
export async function* readLogFiles(host: Host, files: readonly string[], {follow, lines, signal}: LogOptions): AsyncGenerator<string> {
  const current = files.at(-1)
  if (current === undefined) return
  const last = await lastLinesOf(current, lines)
  yield* await lastLinesOfAll(files.slice(0, -1), lines - last.length)
  if (!follow) {
    yield* last
    return
  }

  // With fewer lines than asked for the whole file is shown, so that none is lost between counting and following.
  const from = last.length < lines ? '+1' : String(lines)
  yield* host.stream('tail', ['-n', from, '-F', current], signal ? {signal} : {})
}

async function lastLinesOfAll(files: readonly string[], wanted: number): Promise<string[]> {
  let found: string[] = []
  for (const file of [...files].reverse()) {
    found = [...(await lastLinesOf(file, wanted - found.length)), ...found]
  }

  return found
}

/** However long the file is, no more than about twice these lines are kept in memory. */
async function lastLinesOf(path: string, wanted: number): Promise<string[]> {
  const file = wanted > 0 ? await openLog(path) : undefined
  if (!file) return []
  try {
    let lines: string[] = []
    let rest = ''
    for await (const chunk of file.createReadStream({autoClose: false, encoding: 'utf8'})) {
      const more = `${rest}${chunk as string}`.split('\n')
      rest = more.pop()!
      lines.push(...more)
      if (lines.length > 2 * wanted + 1000) lines = lines.slice(-wanted)
    }

    if (rest !== '') lines.push(rest)
    return lines.slice(-wanted)
  } finally {
    await file.close()
  }
}

/** Neither what waits, as a FIFO does, nor a link: whoever reads may be root, in a directory of somebody else. */
async function openLog(path: string): Promise<FileHandle | undefined> {
  const {O_NOFOLLOW = 0, O_NONBLOCK = 0, O_RDONLY} = constants
  try {
    const file = await open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW)
    if ((await file.stat()).isFile()) return file
    await file.close()
    return undefined
  } catch (error) {
    const {code = ''} = error as NodeJS.ErrnoException
    if (['ELOOP', 'ENOENT', 'ENOTDIR', 'ENXIO'].includes(code)) return undefined
    throw error
  }
}

/** The same for a directory that svlogd, s6-log or multilog writes: `current`, and `@` and a time for what was rotated. */
export async function* readLogDirectory(host: Host, directory: string, options: LogOptions): AsyncGenerator<string> {
  const rotated = host.isDirectory(directory) ? readdirSync(directory).filter((name) => name.startsWith('@')) : []
  const files = [...rotated.sort(), 'current'].map((name) => join(directory, name))
  yield* readLogFiles(host, files, options)
}
