import {ServiceManagerError, type LogOptions} from '@hermes-cli/service-manager'

import {createReadStream, readdirSync} from 'node:fs'
import {join} from 'node:path'
import {createInterface} from 'node:readline'

import {permissionDenied, type Tree} from './scandir.js'
import {claimOf, notOwned, slotPath} from './slot.js'

/** The last lines of what s6-log keeps, oldest first, and with `follow` what comes after them, across rotations. */
export async function* readLogs(tree: Tree, id: string, options: LogOptions): AsyncIterable<string> {
  const directory = logDirectory(tree, id)
  const current = join(directory, 'current')
  try {
    const last = await lastLines(current, options.lines)
    const older = await fromRotated(directory, options.lines - last.length)
    yield* older
    if (!options.follow) {
      yield* last
      return
    }

    // With fewer lines than asked for the whole file is shown, so that none is lost between counting and following.
    const from = last.length < options.lines ? '+1' : String(options.lines)
    const follow = tree.host.stream('tail', ['-n', from, '-F', current], options.signal ? {signal: options.signal} : {})
    yield* follow
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EACCES')
      throw permissionDenied(tree.host, directory, `could not read the log of "${id}"`)
    throw error
  }
}

function logDirectory({host, scandir}: Tree, id: string): string {
  const slot = slotPath(scandir, id)
  const claim = claimOf(slot, host.home)
  if (claim.is === 'ours') return join(host.home, claim.record.log_directory)
  if (claim.is === 'foreign') throw notOwned(claim.because)
  throw new ServiceManagerError('not-registered', `no service "${id}" is registered: there is no ${slot}`)
}

async function fromRotated(directory: string, wanted: number): Promise<string[]> {
  let lines: string[] = []
  // Named by TAI64N time, so the order of names is that of time.
  for (const name of rotated(directory).reverse()) {
    if (lines.length >= wanted) break
    lines = [...(await lastLines(join(directory, name), wanted - lines.length)), ...lines]
  }

  return lines
}

function rotated(directory: string): string[] {
  try {
    return readdirSync(directory)
      .filter((name) => name.startsWith('@'))
      .sort()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

/** A file that was rotated away or never written has no lines. */
async function lastLines(path: string, wanted: number): Promise<string[]> {
  const lines: string[] = []
  if (wanted <= 0) return lines
  const input = createReadStream(path, 'utf8')
  try {
    for await (const line of createInterface({crlfDelay: Number.POSITIVE_INFINITY, input})) {
      lines.push(line)
      if (lines.length >= wanted * 2 + 1000) lines.splice(0, lines.length - wanted)
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  } finally {
    input.destroy()
  }

  return lines.slice(-wanted)
}
