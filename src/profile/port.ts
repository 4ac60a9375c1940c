import {createHash} from 'node:crypto'

import {mapBounded} from '../host/concurrent.js'
import {readSmallFile} from '../host/files.js'
import {MAX_CONFIG_BYTES} from './config.js'
import {HermesError} from './errors.js'
import {files} from './paths.js'
import type {ProfileEntry} from './scan.js'

const FIRST = 9200
const SLOTS = 600
const LAST = 65_535

/** Where a name's port lies if nobody else has it: 9200 to 9799, the same on every machine. */
export const preferredPort = (name: string): number => FIRST + (createHash('sha256').update(name).digest().readUInt32BE(0) % SLOTS)

/** The preferred port or the next free one; round and round within 9200 to 9799 first, then upwards. Throws `storage` when all are taken. */
export function allocatePort(name: string, taken: ReadonlySet<number>): number {
  const start = preferredPort(name) - FIRST
  for (let step = 0; step < SLOTS; step++) {
    const port = FIRST + ((start + step) % SLOTS)
    if (!taken.has(port)) return port
  }

  for (let port = FIRST + SLOTS; port <= LAST; port++) if (!taken.has(port)) return port
  throw new HermesError('storage', `no port from ${FIRST} to ${LAST} is free for profile "${name}"`, {
    suggestions: ['Delete profiles that are no longer needed: hermes profile list'],
  })
}

/**
 * Ports no new profile may get, of all these profiles. Reads the text and not the YAML: the profiles may be a thousand,
 * one of them broken, and a number too many does no harm. A profile that names no port has its preferred one.
 */
export async function takenPorts(entries: readonly ProfileEntry[]): Promise<Set<number>> {
  const ports = await mapBounded(entries, 16, async ({directory, name}) => {
    const read = await readSmallFile(files.config(directory), MAX_CONFIG_BYTES)
    const found = read.ok ? portsIn(read.text) : []
    return found.length > 0 ? found : [preferredPort(name)]
  })
  return new Set(ports.flat())
}

const portsIn = (text: string): number[] =>
  [...text.matchAll(/(?:^|[{,\s"'])port["']?[ \t]*:[ \t]*(\d{1,5})\b/gm)].map((match) => Number(match[1]))
