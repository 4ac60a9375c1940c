import {createHash} from 'node:crypto'

/** What the name of a service is made from. */
export interface StemOptions {
  readonly id: string
  /** HERMES_HOME, absolute. */
  readonly home: string
  /** The home whose services have plain names; undefined where there is none, as among services of the whole machine. */
  readonly defaultHome?: string
  /** What comes before the id: `hermes-gateway-`, `ai.hermes.gateway-`. */
  readonly prefix: string
}

/**
 * The name of a service among those of other homes and other programs: `hermes-gateway-coder`, and for another home
 * than the default one `hermes-gateway-coder.1f0c2a9b`. No id has a dot, so no two can meet.
 */
export function serviceStem({defaultHome, home, id, prefix}: StemOptions): string {
  if (home === defaultHome) return prefix + id
  return `${prefix}${id}.${createHash('sha256').update(home).digest('hex').slice(0, 8)}`
}
