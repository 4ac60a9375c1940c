import type {CheckedServiceManager, Selection, ServiceSpec} from '@hermes-cli/service-manager'

import {profileDirectory} from '../profile/paths.js'
import {endHolder, markStop} from './holder.js'
import {gatewayStatus} from './status.js'

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

export interface Moved {
  /** It was running and runs again under its new name. */
  readonly restarted: boolean
  readonly registered: boolean
}

/**
 * Moves the service of a profile along with its directory: down (without the stop marker, it is still wanted), removed,
 * renamed by `move`, registered under the new name, and up again if it was. A move that fails puts the service back.
 */
export async function moveRegistration(
  {home, manager, specFor}: {home: string; manager: CheckedServiceManager; specFor: SpecFor},
  from: string,
  to: string,
  move: () => Promise<void>,
): Promise<Moved> {
  const before = await gatewayStatus(from, profileDirectory(home, from), manager)
  const wasUp = before.registered && before.pid !== null
  await manager.uninstall(from)
  try {
    await move()
  } catch (error) {
    if (before.registered) await manager.install(await specFor(from), {start: wasUp})
    throw error
  }

  // A start that overlapped with the move may have registered it again.
  await manager.uninstall(from)
  if (before.registered) await manager.install(await specFor(to), {start: wasUp})
  if (wasUp) await manager.start(to)
  return {registered: before.registered, restarted: wasUp}
}
