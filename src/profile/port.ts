import {createHash} from 'node:crypto'

/** Where the search for a free port of this profile begins: 9200 to 9799. */
export function preferredPort(name: string): number {
  return 9200 + (createHash('sha256').update(name).digest().readUInt32BE(0) % 600)
}
