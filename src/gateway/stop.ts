import {isAlive} from '../host/process.js'
import {profileDirectory} from '../profile/paths.js'
import type {Control, VerbResult} from './control.js'
import {endHolder, markStop} from './holder.js'
import {writeIntent} from './intent.js'
import {probeLock} from './lock.js'
import {unlessRemoved} from './meanwhile.js'
import {gatewayStatus} from './status.js'

/** Down now and after the next boot, whoever runs it: the service manager, a terminal, or nobody any more. */
export async function stop(control: Control, profile: string, by = 'gateway:stop'): Promise<VerbResult> {
  const directory = profileDirectory(control.home, profile)
  const before = await gatewayStatus(profile, directory, control.manager)
  if (await runsForAnother(control, profile)) return stopHere(control, profile)
  await writeIntent(directory, 'stopped', by)
  await markStop(directory)
  if (before.registered) await unlessRemoved(control.manager.stop(profile))
  await endHolder(directory, profile, (await control.specFor(profile)).stopSeconds)
  const status = await gatewayStatus(profile, directory, control.manager)
  const wasDown = before.pid === null && before.state !== 'starting'
  return {action: wasDown ? 'already-stopped' : 'stopped', profile, status}
}

/** It is the process of a living supervisor, and not of this manager. */
async function runsForAnother(control: Control, profile: string): Promise<boolean> {
  if (!control.named) return false
  const [{holder}, service] = await Promise.all([probeLock(profileDirectory(control.home, profile)), control.manager.status(profile)])
  const own = 'pid' in service ? service.pid : undefined
  return holder?.supervisor !== undefined && holder.pid !== own && isAlive(holder.supervisor)
}

/** The service of this manager alone: what is wanted of the gateway, and the process that has it, are another's. */
async function stopHere(control: Control, profile: string): Promise<VerbResult> {
  const service = await control.manager.status(profile)
  if (service.state !== 'absent') await unlessRemoved(control.manager.stop(profile))
  const wasDown = service.state !== 'running' && service.state !== 'starting'
  return {
    action: wasDown ? 'already-stopped' : 'stopped',
    profile,
    status: await gatewayStatus(profile, profileDirectory(control.home, profile), control.manager),
  }
}
