import type {CheckedServiceManager, Selection, ServiceSpec} from '@hermes-cli/service-manager'

import {HermesError} from '../profile/errors.js'
import {profileDirectory} from '../profile/paths.js'
import {endHolder, markStop} from './holder.js'
import {settledLock} from './lock.js'
import {settledStatus} from './settled.js'
import {gatewayStatus, type GatewayStatus} from './status.js'

type SpecFor = (profile: string) => Promise<ServiceSpec>

/** Registers a new profile, down, where the manager takes services at run time. Says whether it did. */
export async function register(selection: Selection | undefined, profile: string, specFor: SpecFor): Promise<boolean> {
  if (!selection?.backend.supports.runtimeRegistration) return false
  await selection.manager.install(await specFor(profile), {exclusive: true, start: false})
  return true
}

/** Stops and removes the service of a profile on every usable manager, and ends what ran outside all of them. */
export async function unregister(usable: readonly Selection[], home: string, profile: string, specFor: SpecFor): Promise<string[]> {
  const directory = profileDirectory(home, profile)
  const {stopSeconds} = await specFor(profile)
  await markStop(directory)
  const removed: string[] = []
  for (const {label, manager} of usable) {
    const {state} = await manager.status(profile)
    await manager.uninstall(profile)
    if (state !== 'absent') removed.push(label)
  }

  await endHolder(directory, profile, stopSeconds)
  return removed
}

/** Once the directory is gone: a start that overlapped with the removal may have registered the service again. */
export async function unregisterLate(usable: readonly Selection[], profile: string): Promise<void> {
  for (const {manager} of usable) await manager.uninstall(profile)
}

export interface Moving {
  readonly home: string
  /** undefined: none was detected, and only the directory moves. */
  readonly manager: CheckedServiceManager | undefined
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
async function refuseForeground(moving: Moving, profile: string, again = 3): Promise<GatewayStatus> {
  const {home, manager, specFor} = moving
  const directory = profileDirectory(home, profile)
  const status = await (manager ? settledStatus({home, manager, specFor}, profile) : gatewayStatus(profile, directory))
  if (isUp(status)) return status
  const {held, holder} = await settledLock(directory)
  if (!held) return status
  // Brought up since that look: it is the manager's to move.
  if (manager && again > 0 && status.state !== 'foreground' && holder?.supervisor) {
    return refuseForeground(moving, profile, again - 1)
  }

  const who = status.pid === null ? 'in a process that cannot be seen from here' : `as pid ${status.pid}`
  throw new HermesError('profile-running', `the gateway of "${profile}" runs outside the service manager, ${who}`, {
    suggestions: [`Stop it first: hermes gateway:stop ${profile}`],
  })
}

/**
 * Moves the service of a profile along with its directory: down (without the stop marker, it is still wanted), removed,
 * renamed by `move`, registered under the new name, and up again if it was. A move that fails puts the service back.
 */
export async function moveRegistration(moving: Moving, from: string, to: string, move: () => Promise<void>): Promise<Moved> {
  const {manager, specFor, warn} = moving
  const before = await refuseForeground(moving, from)
  const wasUp = isUp(before)
  if (!manager || from === to) {
    await move()
    return {registered: false, restarted: false}
  }

  const putBack = async () => manager.install(await specFor(from), {start: wasUp})
  await manager.uninstall(from)
  try {
    await move()
  } catch (error) {
    // What is to be told is why the move failed, whatever comes of this.
    if (before.registered) {
      await putBack().catch((error_: Error) => {
        warn(`the service of "${from}" could not be put back: ${error_.message}; hermes gateway:start ${from} does it`)
      })
    }

    throw error
  }

  // A start that overlapped with the move may have registered it again.
  await manager.uninstall(from)
  if (before.registered) await manager.install(await specFor(to), {start: wasUp})
  return {registered: before.registered, restarted: wasUp}
}
