import {notOwned, ServiceManagerError, type InstallOptions, type InstallResult, type ServiceSpec} from '@hermes-cli/service-manager'

import {claimOf, isThere, linkPath, type Claim} from './claim.js'
import {exclusively, start} from './control.js'
import {digestOf, type Definition} from './definition.js'
import {look, type Look} from './look.js'
import {driftIn, sightOf} from './observe.js'
import {launchPaths} from './plan.js'
import {checkLaunchable} from './quote.js'
import {register, removeFiles, writeFiles} from './register.js'
import {checkName, directoryOf, taskOf, type Site} from './site.js'

export async function install(site: Site, spec: ServiceSpec, options: InstallOptions): Promise<InstallResult> {
  checkName(site, spec.id)
  checkLaunchable([...launchPaths(directoryOf(site, spec.id)), site.tools.wscript])
  const result = await exclusively(site, spec.id, `could not install "${spec.id}"`, () => place(site, spec, options))
  if (options.start) await start(site, spec.id, options.enable === undefined ? {} : {enable: options.enable})
  return result
}

/** Writes what is not there yet. Starts nothing, and ends nothing. */
async function place(site: Site, spec: ServiceSpec, options: InstallOptions): Promise<InstallResult> {
  const seen = await look(site)
  const claim = claimOf(site, seen, spec.id)
  if (claim.is === 'foreign') throw notOwned(claim.because)
  if (claim.is === 'ours' && options.exclusive)
    throw new ServiceManagerError('already-registered', `"${spec.id}" is registered already: ${taskOf(site, spec.id)}`)
  // Of a task that somebody removed by hand something may run still.
  const {attended: attendedBefore} = await sightOf(site, spec.id)
  const wanted: Definition = {autostart: 'task', spec, taskkill: site.tools.taskkill}
  const same = isAsWanted(site, seen, claim, wanted)
  // A shortcut is only for as long as there can be no task.
  if (!same || (claim.is === 'ours' && !claim.task) || isThere(linkPath(site, seen, spec.id)))
    await put(site, seen, wanted, {...options, enabled: claim.is === 'ours' && claim.enabled}).catch((error: unknown) => {
      if (claim.is === 'absent' && !attendedBefore) removeFiles(site, spec.id)
      throw error
    })
  const {attended, state} = await sightOf(site, spec.id)
  const restartDue = attended && state !== undefined && state.definition !== digestOf(wanted)
  return {change: claim.is === 'absent' ? 'created' : same ? 'unchanged' : 'updated', restartDue}
}

const isAsWanted = (site: Site, seen: Look, claim: Claim, wanted: Definition): boolean =>
  claim.is === 'ours' &&
  claim.definition !== undefined &&
  digestOf(claim.definition) === digestOf(wanted) &&
  driftIn(site, seen, claim) === undefined

interface Putting extends InstallOptions {
  /** As it is. */
  readonly enabled: boolean
}

async function put(site: Site, seen: Look, wanted: Definition, options: Putting): Promise<void> {
  const {elevate = false, enable = true, start: up} = options
  await writeFiles(site, wanted)
  // Once for all: whoever was asked for more rights is not asked again for the start.
  const autostart = await register(site, seen, wanted, {elevate, enabled: options.enabled || (up && enable)})
  if (autostart !== wanted.autostart) await writeFiles(site, {...wanted, autostart})
}
