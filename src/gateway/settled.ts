import {setTimeout as delay} from 'node:timers/promises'

import {isAlive} from '../host/process.js'
import type {Control} from './control.js'
import {probeLock} from './lock.js'
import {profileDirectory} from '../profile/paths.js'
import {gatewayStatus, type GatewayStatus} from './status.js'

/** Milliseconds between two looks. */
const LOOK = 25
/** Milliseconds for the manager and the process to agree, where the process does not say that it is ending. */
const AGREEMENT = 5000

/**
 * The status a verb acts on. A gateway that a living supervisor started is no foreground run, though the manager does not
 * have it up: its service is being removed by `profile:delete` or `profile:rename` and it still drains, or it was brought
 * up between the look at the one and at the other. That passes, and is waited for.
 */
export async function settledStatus({home, manager, specFor}: Omit<Control, 'checkConfig'>, profile: string): Promise<GatewayStatus> {
  const directory = profileDirectory(home, profile)
  const began = Date.now()
  for (;;) {
    const status = await gatewayStatus(profile, directory, manager)
    if (status.state !== 'foreground' || !(await hasSupervisor(directory))) return status
    const patience = status.observed === 'draining' ? (await specFor(profile)).stopSeconds * 1000 : AGREEMENT
    if (Date.now() - began >= patience) return status
    await delay(LOOK)
  }
}

async function hasSupervisor(directory: string): Promise<boolean> {
  const {held, holder} = await probeLock(directory)
  // Gone since, or not sure who: then another look tells.
  if (!held || !holder) return true
  return holder.supervisor !== undefined && isAlive(holder.supervisor)
}
