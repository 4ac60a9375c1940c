import {closeSync, constants, fstatSync, lstatSync, openSync, readSync, type Stats} from 'node:fs'
import {join} from 'node:path'

import {ServiceManagerError} from '../errors.js'
import type {Host} from '../host.js'
import type {LogOptions} from '../types.js'
import {LOG} from './logger.js'

/** Milliseconds between two looks at a log that is followed. */
const LOOK = 100
const CHUNK = 65_536
/** A link is none either: whoever reads may be root. */
const NO_LOG = ['ELOOP', 'ENOENT', 'ENOTDIR', 'ENXIO']

/**
 * The last lines of what an attendant keeps, oldest first, and with `follow` what comes after them, across rotations.
 * Throws `permission`.
 */
export async function* readAttendedLogs(host: Host, directory: string, options: LogOptions): AsyncIterable<string> {
  try {
    yield* read(host, directory, options)
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException
    if (code !== 'EACCES' && code !== 'EPERM') throw error
    throw new ServiceManagerError('permission', `the log cannot be read: user ${host.uid} may not read ${directory}`, {
      suggestions: ['Run this as the user the service runs as, or as root.'],
    })
  }
}

async function* read(host: Host, directory: string, {follow, lines, signal}: LogOptions): AsyncIterable<string> {
  const current = join(directory, 'current')
  let reader = new Reader(current)
  try {
    const last = lastLines(directory, reader, lines)
    // What has no line break yet is shown when it gets one, or at once where nobody waits for it.
    const rest = follow ? '' : reader.rest()
    yield* (rest === '' ? last : [...last, rest]).slice(-lines || Infinity)
    if (!follow) return
    while (!signal?.aborted) {
      const moved = reader.wasReplaced()
      yield* reader.read()
      if (moved) {
        // More than one rotation may have come since the last look.
        let rest = reader.rest()
        for (let n = reader.age(directory) - 1; n >= 1; n--) {
          const between = new Reader(join(directory, `current.${n}`), rest)
          yield* between.read()
          rest = between.rest()
          between.close()
        }

        reader.close()
        reader = new Reader(current, rest)
      } else await host.sleep(LOOK, signal).catch(() => {})
    }
  } finally {
    reader.close()
  }
}

function lastLines(directory: string, reader: Reader, wanted: number): string[] {
  let found = [...reader.read()]
  for (let n = 1; n <= LOG.files && found.length <= wanted; n++) {
    const older = new Reader(join(directory, `current.${n}`))
    const before = [...older.read()]
    const half = older.rest()
    older.close()
    // A rotation may come in the middle of a line.
    if (half !== '' && found.length > 0) found[0] = half + found[0]!
    else if (half !== '') reader.prepend(half)
    found = [...before, ...found]
  }

  return wanted === 0 ? [] : found.slice(-wanted)
}

/** Reads on where it stopped, of the file that was there first. */
class Reader {
  private fd: number | undefined
  private position = 0
  private half: Buffer

  constructor(
    private readonly path: string,
    rest = '',
  ) {
    this.half = Buffer.from(rest)
    this.fd = this.open()
  }

  private open(): number | undefined {
    try {
      const fd = openSync(this.path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW)
      if (fstatSync(fd).isFile()) return fd
      closeSync(fd)
    } catch (error) {
      if (!NO_LOG.includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    }

    return undefined
  }

  wasReplaced(): boolean {
    this.fd ??= this.open()
    const now = this.open()
    if (now === undefined || this.fd === undefined) return false
    const [mine, theirs]: Stats[] = [fstatSync(this.fd), fstatSync(now)]
    closeSync(now)
    if (mine!.size < this.position) this.position = 0
    return mine!.ino !== theirs!.ino
  }

  /** Under which number its file is now; 0 for none. */
  age(directory: string): number {
    if (this.fd === undefined) return 0
    const {ino} = fstatSync(this.fd)
    for (let n = 1; n <= LOG.files; n++) {
      if (lstatSync(join(directory, `current.${n}`), {throwIfNoEntry: false})?.ino === ino) return n
    }

    return 0
  }

  *read(): Iterable<string> {
    if (this.fd === undefined) return
    const buffer = Buffer.alloc(CHUNK)
    for (;;) {
      const count = readSync(this.fd, buffer, 0, CHUNK, this.position)
      if (count === 0) return
      this.position += count
      const text = Buffer.concat([this.half, buffer.subarray(0, count)])
      const end = text.lastIndexOf(10)
      this.half = Buffer.from(text.subarray(end + 1))
      if (end >= 0) yield* text.toString('utf8', 0, end).split('\n')
    }
  }

  rest = (): string => this.half.toString('utf8')

  prepend(text: string): void {
    this.half = Buffer.concat([Buffer.from(text), this.half])
  }

  close(): void {
    if (this.fd !== undefined) closeSync(this.fd)
    this.fd = undefined
  }
}
