import type {Selection, ServiceSpec} from '@hermes-cli/service-manager'

import {profileDirectory} from '../profile/paths.js'
import {endHolder, markStop} from './holder.js'
import {oursOnly} from './locate.js'

/** The definition of a profile's gateway, for where it is to live. */
export type SpecFor = (profile: string, on?: Pick<Selection, 'backend' | 'scope'>) => Promise<ServiceSpec>

/** Registers a new profile, down, where the manager takes services at run time. Says whether it did. */
export async function register(selection: Selection | undefined, profile: string, specFor: SpecFor): Promise<boolean> {
  if (!selection?.backend.supports.runtimeRegistration) return false
  await selection.manager.install(await specFor(profile, selection), {exclusive: true, start: false})
  return true
}

/** Stops and removes the service of a profile on every usable manager, in every scope, and ends what ran outside all of them. */
export async function unregister(usable: readonly Selection[], home: string, profile: string, specFor: SpecFor): Promise<string[]> {
  const directory = profileDirectory(home, profile)
  const {stopSeconds} = await specFor(profile)
  await markStop(directory)
  const removed: string[] = []
  for (const {label, manager} of usable.map((one) => oursOnly(one))) {
    const {state} = await manager.status(profile)
    await manager.uninstall(profile)
    if (state !== 'absent') removed.push(label)
  }

  await endHolder(directory, profile, stopSeconds)
  return removed
}

/** Once the directory is gone: a start that overlapped with the removal may have registered the service again. */
export async function unregisterLate(usable: readonly Selection[], profile: string): Promise<void> {
  for (const {manager} of usable.map((one) => oursOnly(one))) await manager.uninstall(profile)
}
