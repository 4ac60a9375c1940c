import {profileDirectory} from '../profile/paths.js'
import {refuseInvisibleHolder, runsElsewhere, type Control, type VerbResult} from './control.js'
import {writeIntent} from './intent.js'
import {settledStatus} from './settled.js'
import {startFailure} from './start-failure.js'
import {gatewayStatus} from './status.js'
import {stop} from './stop.js'
import {untilReady} from './until-ready.js'

export interface Placing {
  /** Up now. */
  readonly start: boolean
  /** Up at every boot or login. */
  readonly enable: boolean
  /** Somebody is there to be asked for more rights. */
  readonly elevate?: boolean
}

/** Places the definition, and brings the gateway up unless told not to. Without a start, what is wanted stays as it was. */
export async function install(control: Control, profile: string, {elevate = false, enable, start}: Placing): Promise<VerbResult> {
  const directory = profileDirectory(control.home, profile)
  const before = await settledStatus(control, profile)
  if (start) {
    if (before.state === 'foreground') throw await runsElsewhere(profile, directory, before.pid)
    if (before.pid === null) await refuseInvisibleHolder(profile, directory)
  }

  if (!before.registered) await control.checkHome?.()
  const began = Date.now()
  if (start) await writeIntent(directory, 'running', 'gateway:install')
  const place = async () => {
    const placed = await control.manager.install(await control.specFor(profile), {enable, start, ...(elevate ? {elevate} : {})})
    return {...placed, status: await (start ? untilReady(control, profile) : gatewayStatus(profile, directory, control.manager))}
  }

  const {change, restartDue, status} = await place().catch(async (error: unknown) => {
    throw start ? await startFailure(control.manager, {began, directory, profile}, error) : error
  })
  return {
    action: {created: 'installed', unchanged: 'already-installed', updated: 'updated'}[change] as VerbResult['action'],
    profile,
    restart_due: restartDue || status.restart_due,
    status,
  }
}

/**
 * Takes the gateway down as `stop` does and removes its definition; the profile stays. What is wanted becomes `stopped`:
 * with `running` left behind, a reconcile or another manager would bring back what was just taken away.
 */
export async function uninstall(control: Control, profile: string): Promise<VerbResult> {
  const directory = profileDirectory(control.home, profile)
  const before = await gatewayStatus(profile, directory, control.manager)
  if (!before.registered) return {action: 'already-uninstalled', profile, status: before}
  await stop(control, profile, 'gateway:uninstall')
  await control.manager.uninstall(profile)
  return {action: 'uninstalled', profile, status: await gatewayStatus(profile, directory, control.manager)}
}

/** The service of a profile that is no longer there: nothing but it is left to remove. Throws `otherwise` where none is. */
export async function removeOrphan({home, manager}: Control, profile: string, otherwise: Error): Promise<VerbResult> {
  if ((await manager.status(profile)).state === 'absent') throw otherwise
  await manager.uninstall(profile)
  return {action: 'uninstalled', profile, status: await gatewayStatus(profile, profileDirectory(home, profile), manager)}
}
