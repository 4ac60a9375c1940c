import type {LogOptions} from '@hermes-cli/service-manager'

import {closeSync, constants, fstatSync, openSync, readSync} from 'node:fs'
import {join} from 'node:path'

import {lineSplitter, logFiles} from './attend/log-file.js'
import {ours} from './claim.js'
import {look} from './look.js'
import type {Site} from './site.js'

/** Milliseconds between two looks for more. */
const LOOK = 100
const CHUNK = 65_536

/** What the program wrote, from the attendant's files. */
export async function* readLogs(site: Site, id: string, {follow, lines, signal}: LogOptions): AsyncGenerator<string> {
  const {definition} = ours(site, await look(site), id)
  if (!definition) return
  const files = logFiles(join(definition.spec.home, definition.spec.logDirectory))
  const tail = new Tail(files[0]!)
  try {
    let seen = tail.more()
    for (const older of files.slice(1)) {
      if (seen.length >= lines) break
      seen = [...linesOf(older), ...seen]
    }

    if (lines > 0) yield* seen.slice(-lines)
    if (!follow) return
    while (!signal?.aborted) {
      yield* tail.more()
      await site.host.sleep(LOOK, signal).catch(() => {})
    }
  } finally {
    tail.close()
  }
}

function linesOf(path: string): string[] {
  const tail = new Tail(path)
  try {
    return tail.more()
  } finally {
    tail.close()
  }
}

/** A file that grows, and that is another one after a rotation: what was in the old one comes first. */
class Tail {
  private fd: number | undefined
  private position = 0
  private found: string[] = []
  private readonly splitter = lineSplitter((line) => this.found.push(line))

  constructor(private readonly path: string) {}

  more(): string[] {
    this.found = []
    this.fd ??= this.open()
    this.drain()
    if (this.fd !== undefined && this.isRotated()) {
      this.close()
      this.fd = this.open()
      this.drain()
    }

    return this.found
  }

  close(): void {
    if (this.fd !== undefined) closeSync(this.fd)
    this.fd = undefined
    this.position = 0
  }

  private open(): number | undefined {
    try {
      return openSync(this.path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0))
    } catch {
      return undefined
    }
  }

  private drain(): void {
    if (this.fd === undefined) return
    const buffer = Buffer.alloc(CHUNK)
    for (;;) {
      const bytes = readSync(this.fd, buffer, 0, CHUNK, this.position)
      if (bytes === 0) return
      this.position += bytes
      this.splitter.push(Buffer.from(buffer.subarray(0, bytes)))
    }
  }

  private isRotated(): boolean {
    const now = this.open()
    if (now === undefined) return false
    try {
      return fstatSync(now).ino !== fstatSync(this.fd!).ino
    } finally {
      closeSync(now)
    }
  }
}
