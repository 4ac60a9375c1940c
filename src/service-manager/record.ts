import {createHash} from 'node:crypto'

import type {ServiceSpec} from './types.js'

/**
 * A spec as the text of a file to keep beside a definition: it says whose the definition is, and what was installed last.
 * Equal specs give equal texts, so that comparing texts compares definitions.
 */
export const recordOf = (spec: ServiceSpec): string =>
  `${JSON.stringify({made_by: 'hermes', ...Object.fromEntries(Object.entries(spec).sort(([a], [b]) => (a < b ? -1 : 1)))}, undefined, 2)}\n`

/** A short name for a spec, to tell from which one a running process was started. */
export const recordDigest = (spec: ServiceSpec): string => createHash('sha256').update(recordOf(spec)).digest('hex').slice(0, 16)

/** The spec in a record of this home. Undefined for a text that is none, or of another home: what it is beside is not ours. */
export function specIn(record: string | undefined, home: string): ServiceSpec | undefined {
  try {
    const {made_by, ...spec} = JSON.parse(record ?? '') as ServiceSpec & {made_by?: string}
    return made_by === 'hermes' && spec.home === home && typeof spec.id === 'string' ? spec : undefined
  } catch {
    return undefined
  }
}
