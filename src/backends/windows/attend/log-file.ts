import {closeSync, constants, fstatSync, mkdirSync, openSync, renameSync, rmSync, writeSync} from 'node:fs'
import {join} from 'node:path'
import {StringDecoder} from 'node:string_decoder'

/** Bytes of a file before the next one is begun, and how many older ones are kept. */
export const ROTATE = {bytes: 1_048_576, keep: 5}
/** Bytes after which a line is cut: a program without line breaks must not fill our memory. */
const LONGEST = 65_536
const NAME = 'gateway.log'

/** Newest first: where the lines of a program are. */
export const logFiles = (directory: string): string[] =>
  Array.from({length: ROTATE.keep + 1}, (_, index) => join(directory, index === 0 ? NAME : `${NAME}.${index}`))

/** The lines of a program, appended, in files that rotate. It never throws: a full disk must not end a gateway. */
export class LogFile {
  private fd: number | undefined
  private size = 0

  constructor(
    private readonly directory: string,
    private readonly bytes = ROTATE.bytes,
  ) {}

  write(line: string): void {
    try {
      if (this.fd !== undefined && this.size >= this.bytes) this.rotate()
      this.fd ??= this.open()
      const data = Buffer.from(`${line}\n`)
      this.size += writeSync(this.fd, data)
    } catch {
      this.close()
    }
  }

  close(): void {
    const {fd} = this
    this.fd = undefined
    try {
      if (fd !== undefined) closeSync(fd)
    } catch {
      // It was lost before.
    }
  }

  private open(): number {
    mkdirSync(this.directory, {mode: 0o700, recursive: true})
    const {O_APPEND, O_CREAT, O_NOFOLLOW = 0, O_WRONLY} = constants
    const fd = openSync(logFiles(this.directory)[0]!, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, 0o600)
    this.size = fstatSync(fd).size
    return fd
  }

  /** A file that somebody has open cannot be renamed on Windows: then this one grows on, until it can. */
  private rotate(): void {
    this.close()
    const files = logFiles(this.directory)
    try {
      rmSync(files.at(-1)!, {force: true})
      for (let index = files.length - 2; index >= 0; index--) move(files[index]!, files[index + 1]!)
    } catch {
      // Next time.
    }
  }
}

function move(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

/** Feeds whole lines of a stream, which comes in pieces that know nothing of lines or characters. */
export function lineSplitter(onLine: (line: string) => void): {end(): void; push(chunk: Buffer): void} {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  return {
    end() {
      const last = rest + decoder.end()
      rest = ''
      if (last !== '') onLine(last)
    },
    push(chunk) {
      const lines = (rest + decoder.write(chunk)).split(/\r?\n/)
      rest = lines.pop()!
      if (rest.length > LONGEST) {
        lines.push(rest)
        rest = ''
      }

      for (const line of lines) onLine(line)
    },
  }
}
