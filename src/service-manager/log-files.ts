import {readdirSync} from 'node:fs'
import {join} from 'node:path'

import type {Host} from './host.js'
import type {LogOptions} from './types.js'

/**
 * For `logs` of a manager that keeps plain files: the last lines of these, which are given oldest first, and with `follow`
 * what comes after them in the last one, across rotations (needs `tail -F`). A file that is not there has no lines.
 */
export async function* readLogFiles(host: Host, files: readonly string[], {follow, lines, signal}: LogOptions): AsyncGenerator<string> {
  const current = files.at(-1)
  if (current === undefined) return
  const last = lastLines(host, files, lines)
  if (!follow) {
    yield* last
    return
  }

  // tail shows those of the last file itself, so that none is lost between reading and following.
  const inCurrent = Math.min(lines, lastLines(host, [current], lines).length)
  yield* last.slice(0, last.length - inCurrent)
  yield* host.stream('tail', ['-n', String(inCurrent), '-F', current], signal ? {signal} : {})
}

function lastLines(host: Host, files: readonly string[], wanted: number): string[] {
  let found: string[] = []
  for (const file of [...files].reverse()) {
    if (found.length >= wanted) break
    const lines = (host.readText(file) ?? '').split('\n')
    if (lines.at(-1) === '') lines.pop()
    found = [...lines, ...found]
  }

  return wanted > 0 ? found.slice(-wanted) : []
}

/** The same for a directory that svlogd, s6-log or multilog writes: `current`, and `@` and the time for what was rotated. */
export async function* readLogDirectory(host: Host, directory: string, options: LogOptions): AsyncGenerator<string> {
  const rotated = host.isDirectory(directory) ? readdirSync(directory).filter((name) => name.startsWith('@')) : []
  const files = [...rotated.sort(), 'current'].map((name) => join(directory, name))
  yield* readLogFiles(host, files, options)
}
