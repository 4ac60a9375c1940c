import type {CheckedServiceManager, Selection, ServiceStatus} from '@hermes-cli/service-manager'

import {HermesError} from '../profile/errors.js'
import {profileDirectory} from '../profile/paths.js'
import {oursOnly} from './locate.js'
import {settledLock} from './lock.js'
import type {SpecFor} from './registration.js'
import {settledStatus} from './settled.js'
import {gatewayStatus, type GatewayStatus} from './status.js'

export interface Moving {
  readonly home: string
  /** None: only the directory moves. */
  readonly usable: readonly Selection[]
  readonly specFor: SpecFor
  readonly warn: (message: string) => void
}

export interface Moved {
  /** It was running and runs again under its new name. */
  readonly restarted: boolean
  readonly registered: boolean
}

/** The service manager has it up, or is about to. */
const isUp = ({pid, registered, state}: GatewayStatus): boolean =>
  registered && state !== 'foreground' && (pid !== null || state === 'starting')

/**
 * Throws `profile-running` for a gateway that no service manager can take down and bring up again: moved under it, its
 * directory would be written at the old place and locked at the new one.
 */
async function refuseForeground(
  moving: Moving,
  manager: CheckedServiceManager | undefined,
  profile: string,
  again = 3,
): Promise<GatewayStatus> {
  const {home, specFor} = moving
  const directory = profileDirectory(home, profile)
  const status = await (manager ? settledStatus({home, manager, specFor}, profile) : gatewayStatus(profile, directory))
  if (isUp(status)) return status
  const {held, holder} = await settledLock(directory)
  if (!held) return status
  // Brought up since that look: it is the manager's to move.
  if (manager && again > 0 && status.state !== 'foreground' && holder?.supervisor) {
    return refuseForeground(moving, manager, profile, again - 1)
  }

  const who = status.pid === null ? 'in a process that cannot be seen from here' : `as pid ${status.pid}`
  throw new HermesError('profile-running', `the gateway of "${profile}" runs outside the service manager, ${who}`, {
    suggestions: [`Stop it first: hermes gateway:stop ${profile}`],
  })
}

/** One manager and what it had of the profile. */
interface Place {
  readonly selection: Selection
  readonly registered: boolean
  readonly up: boolean
  readonly enabled: boolean
}

/** Two may have it, and only one can hold its lock: the one that has it up brings it up again. */
async function placesOf(moving: Moving, profile: string): Promise<readonly Place[]> {
  const usable = moving.usable.map((one) => oursOnly(one))
  const places = await Promise.all(usable.map(async (selection) => placeOf(selection, usable.length > 1 ? profile : undefined)))
  const main = places.find(({up}) => up) ?? places.find(({registered}) => registered) ?? places[0]
  const before = await refuseForeground(moving, main?.selection.manager, profile)
  return places.map((one) =>
    one === main ? {...one, enabled: before.enabled !== false, registered: before.registered, up: isUp(before)} : {...one, up: false},
  )
}

/** Of a single one nothing is asked: the look that settles it is enough. */
async function placeOf(selection: Selection, profile: string | undefined): Promise<Place> {
  const status: ServiceStatus = profile === undefined ? {state: 'absent'} : await selection.manager.status(profile)
  const {state} = status
  const enabled = !('enabled' in status) || status.enabled
  return {enabled, registered: state !== 'absent', selection, up: state === 'running' || state === 'starting'}
}

/** As it was, under this name. */
async function place({specFor}: Moving, {enabled, selection, up}: Place, profile: string): Promise<void> {
  await selection.manager.install(await specFor(profile, selection), {enable: enabled, start: up})
}

/**
 * Moves the services of a profile along with its directory, on every manager and in every scope that has one: down
 * (without the stop marker, it is still wanted), removed, renamed by `move`, registered under the new name as it was, and
 * up again if it was. A move that fails puts them back.
 */
export async function moveRegistration(moving: Moving, from: string, to: string, move: () => Promise<void>): Promise<Moved> {
  const places = await placesOf(moving, from)
  if (places.length === 0 || from === to) {
    await move()
    return {registered: false, restarted: false}
  }

  const registered = places.filter((one) => one.registered)
  const remove = async (): Promise<void> => {
    for (const {selection} of places) await selection.manager.uninstall(from)
  }

  try {
    await remove()
    await move()
  } catch (error) {
    // What is to be told is why the move failed, whatever comes of this.
    await everywhere(registered, (one) => place(moving, one, from)).catch((error_: Error) => {
      moving.warn(`the service of "${from}" could not be put back: ${error_.message}; hermes gateway:start ${from} does it`)
    })
    throw error
  }

  // A start that overlapped with the move may have registered it again.
  await remove()
  await everywhere(registered, (one) => place(moving, one, to))
  return {registered: registered.length > 0, restarted: registered.some(({up}) => up)}
}

/** One that fails stops no other; the first failure is told. */
async function everywhere(places: readonly Place[], act: (place: Place) => Promise<void>): Promise<void> {
  const failures: unknown[] = []
  for (const one of places) await act(one).catch((error: unknown) => failures.push(error))
  if (failures.length > 0) throw failures[0]
}
