import {readIntent, type DesiredState} from '../gateway/intent.js'
import {readState, type GatewayStateName} from '../gateway/state.js'
import {mapBounded} from '../host/concurrent.js'
import {DEFAULT_PROFILE} from '../profile/name.js'
import {profileDirectory} from '../profile/paths.js'
import {scanProfiles, type BadEntry, type Scan} from '../profile/scan.js'
import {readBootCount} from './boot-count.js'

export interface Observation {
  readonly profile: string
  readonly directory: string
  readonly intent: DesiredState | undefined
  readonly priorState: GatewayStateName | undefined
  /** Boots in a row that found it `starting`, this one included. */
  readonly failedBoots: number
  /** The service manager knew it before this reconcile. */
  readonly registered: boolean
  /** The container's own command runs it, not the service manager. */
  readonly foreground: boolean
  /** What is to become of gateway_boot.json. */
  readonly bootCount: 'count' | 'keep' | 'remove'
}

export interface Observed {
  /** `default` first, then by byte order. */
  readonly profiles: readonly Observation[]
  readonly bad: readonly BadEntry[]
  readonly warnings: readonly string[]
  /** Why `profiles/` as a whole could not be read. */
  readonly error?: Error
}

export interface Circumstances {
  /** What the service manager knows already. */
  readonly registered: ReadonlySet<string>
  /** Names this boot, see boot-count.ts. */
  readonly boot: string
  /** The profile that the container's own command runs. */
  readonly foreground?: string | undefined
}

/** Reads a home. Changes nothing; whatever is wrong with one profile is a warning or a bad entry, and the others are there. */
export async function observe(home: string, circumstances: Circumstances): Promise<Observed> {
  let scan: Scan
  let error: Error | undefined
  try {
    scan = await scanProfiles(home)
  } catch (error_) {
    error = error_ as Error
    scan = {bad: [], entries: [{directory: profileDirectory(home, DEFAULT_PROFILE), name: DEFAULT_PROFILE}], warnings: []}
  }

  const read = await mapBounded(scan.entries, 16, (entry) => observeOne(entry.name, entry.directory, circumstances))
  return {
    bad: scan.bad,
    profiles: read.map(({observation}) => observation),
    warnings: [...scan.warnings, ...read.flatMap(({warnings}) => warnings)],
    ...(error ? {error} : {}),
  }
}

async function observeOne(profile: string, directory: string, {boot, foreground, registered}: Circumstances) {
  const [state, count] = await Promise.all([readState(directory), readBootCount(directory)])
  const intent = await readIntent(directory, state.value?.desired_state)
  const before = count.value?.starting_in_a_row ?? 0
  const starting = state.value?.gateway_state === 'starting'
  // A second reconcile over a live tree finds gateways that are just starting, and that is no failed boot.
  const counts = starting && (!registered.has(profile) || count.value?.boot !== boot)
  const observation: Observation = {
    bootCount: counts ? 'count' : !starting && (count.value || count.warning) ? 'remove' : 'keep',
    directory,
    foreground: profile === foreground,
    failedBoots: starting ? before + (counts ? 1 : 0) : 0,
    intent: intent.value,
    priorState: state.value?.gateway_state,
    profile,
    registered: registered.has(profile),
  }
  return {observation, warnings: [state.warning, intent.warning, count.warning].filter((text) => text !== undefined)}
}
