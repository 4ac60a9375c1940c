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

/** The spec in a record, of this home where one is named. Undefined for a text that is none: what it is beside is not ours. */
export function specIn(record: string | undefined, home?: string): ServiceSpec | undefined {
  try {
    const {made_by, ...spec} = JSON.parse(record ?? '') as ServiceSpec & {made_by?: string}
    if (made_by !== 'hermes' || typeof spec.id !== 'string' || typeof spec.home !== 'string') return undefined
    return home === undefined || spec.home === home ? spec : undefined
  } catch {
    return undefined
  }
}

const TITLE = 'Written by hermes, which knows its own by what follows.'

/** The record as the lines of a comment, for a manager with one file for each service. `mark` begins a comment there: `#`. */
export const recordComment = (spec: ServiceSpec, mark: string): readonly string[] =>
  [TITLE, ...recordOf(spec).trimEnd().split('\n')].map((line) => `${mark} ${line}`)

/** The spec in such a comment, of whatever home. */
export function specInComment(text: string, mark: string): ServiceSpec | undefined {
  const lines = text.split('\n')
  const first = lines.indexOf(`${mark} ${TITLE}`)
  if (first === -1) return undefined
  return specIn(
    lines
      .slice(first + 1, lines.indexOf(`${mark} }`, first) + 1)
      .map((line) => line.slice(mark.length + 1))
      .join('\n'),
  )
}
