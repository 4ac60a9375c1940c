import {closeSync, constants, fstatSync, openSync, readSync} from 'node:fs'

/** Bytes of one read. */
const CHUNK = 65_536
/** Bytes after which a line is cut: one without an end must not fill our memory. */
const LONGEST = 1_048_576
/** A link is no log either: whoever reads may be root, in a directory of somebody else. */
const NO_LOG = ['ELOOP', 'ENOENT', 'ENOTDIR', 'ENXIO']

const NOTHING = Buffer.alloc(0)

/** Opens a regular file; undefined where there is none. Waits on no FIFO. Throws what the system says otherwise: `EACCES`. */
export function openLog(path: string): number | undefined {
  // Windows has neither.
  const {O_NOFOLLOW = 0, O_NONBLOCK = 0, O_RDONLY} = constants
  try {
    const fd = openSync(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW)
    if (fstatSync(fd).isFile()) return fd
    closeSync(fd)
  } catch (error) {
    if (!NO_LOG.includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }

  return undefined
}

const inodeOf = (fd: number): bigint => fstatSync(fd, {bigint: true}).ino

/** Undefined where there is no such log. */
export function inodeAt(path: string): bigint | undefined {
  const fd = openLog(path)
  if (fd === undefined) return undefined
  try {
    return inodeOf(fd)
  } finally {
    closeSync(fd)
  }
}

/** The lines of one log file, read on from where it stopped: of the file that was there first, wherever it has moved. */
export class LogReader {
  private fd: number | undefined
  private position = 0

  /** `half`: the beginning of its first line, from the file before it. */
  constructor(
    private readonly path: string,
    private half: Buffer = NOTHING,
  ) {
    this.fd = openLog(path)
  }

  /** What has no line break yet. */
  get rest(): Buffer {
    return this.half
  }

  get inode(): bigint | undefined {
    return this.fd === undefined ? undefined : inodeOf(this.fd)
  }

  /** For what was found out later: the beginning of its first line. */
  prepend(half: Buffer): void {
    this.half = Buffer.concat([half, this.half])
  }

  /** Another file is in its place now. One that was made empty is read from its beginning. */
  wasReplaced(): boolean {
    this.fd ??= openLog(this.path)
    if (this.fd === undefined) return false
    if (fstatSync(this.fd).size < this.position) this.position = 0
    const now = inodeAt(this.path)
    return now !== undefined && now !== inodeOf(this.fd)
  }

  *read(): Iterable<string> {
    if (this.fd === undefined) return
    const buffer = Buffer.alloc(CHUNK)
    for (;;) {
      const count = readSync(this.fd, buffer, 0, CHUNK, this.position)
      if (count === 0) return
      this.position += count
      yield* this.take(buffer.subarray(0, count))
    }
  }

  private take(chunk: Buffer): string[] {
    const bytes = Buffer.concat([this.half, chunk])
    const end = bytes.lastIndexOf(10)
    const lines = end === -1 ? [] : bytes.toString('utf8', 0, end).split('\n')
    this.half = bytes.subarray(end + 1)
    if (this.half.length > LONGEST) {
      lines.push(this.half.toString('utf8'))
      this.half = NOTHING
    }

    return lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line))
  }

  close(): void {
    if (this.fd !== undefined) closeSync(this.fd)
    this.fd = undefined
  }
}
