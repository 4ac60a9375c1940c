import type {ServiceManager} from '@hermes-cli/service-manager'

import {mapBounded} from '../host/concurrent.js'
import {asError} from '../host/errors.js'
import {scanProfiles, type BadEntry, type ProfileEntry} from '../profile/scan.js'
import {gatewayHealth, type GatewayHealth} from './fleet-health.js'
import {readIntent} from './intent.js'
import {readState} from './state.js'
import {gatewayStatus} from './status.js'

/** Each asks a program of the service manager. */
const AT_ONCE = 8

export interface Examining {
  readonly home: string
  readonly manager: Pick<ServiceManager, 'status'>
  /** How long a gateway may take to start; asked only of one that does. */
  readonly startSeconds: (profile: string) => Promise<number>
  readonly now?: () => Date
}

export interface Examined {
  /** Those that are meant to run: `default` first, then by byte order. */
  readonly gateways: readonly GatewayHealth[]
  /** Directories that cannot be a profile. */
  readonly bad: readonly BadEntry[]
}

/** Looks at every gateway of a home that is meant to run. Changes nothing. Throws only when `profiles/` cannot be read. */
export async function examineFleet(examining: Examining): Promise<Examined> {
  const {bad, entries} = await scanProfiles(examining.home)
  const examined = await mapBounded(entries, AT_ONCE, (entry) => examine(examining, entry))
  return {bad, gateways: examined.filter((one) => one !== undefined)}
}

async function examine(
  {manager, now = () => new Date(), startSeconds}: Examining,
  entry: ProfileEntry,
): Promise<GatewayHealth | undefined> {
  const {directory, name} = entry
  const recorded = await readState(directory)
  if ((await readIntent(directory, recorded.value?.desired_state)).value !== 'running') return undefined
  try {
    const status = await gatewayStatus(name, directory, manager)
    return gatewayHealth(status, status.state === 'starting' ? await startSeconds(name) : 0, now())
  } catch (error) {
    return {health: 'down', profile: name, reason: asError(error).message, state: 'unknown'}
  }
}
