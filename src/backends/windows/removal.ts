import {notOwned} from '@hermes-cli/service-manager'

import {rmSync} from 'node:fs'

import {claimOf, linkPath} from './claim.js'
import {exclusively, stop} from './control.js'
import {look} from './look.js'
import {removeFiles, schtasks, schtasksFailed} from './register.js'
import {taskOf, type Site} from './site.js'

/** Stops it and removes what we made. The log files are the profile's. */
export async function uninstall(site: Site, id: string): Promise<void> {
  const claim = claimOf(site, await look(site), id)
  if (claim.is === 'absent') return
  if (claim.is === 'foreign') throw notOwned(claim.because)
  try {
    await stop(site, id)
  } catch (error) {
    if (claimOf(site, await look(site), id).is !== 'absent') throw error
  }

  await exclusively(site, id, `could not remove "${id}"`, () => remove(site, id))
}

async function remove(site: Site, id: string): Promise<void> {
  const seen = await look(site)
  const claim = claimOf(site, seen, id)
  if (claim.is === 'absent') return
  if (claim.is === 'foreign') throw notOwned(claim.because)
  rmSync(linkPath(site, seen, id), {force: true})
  if (claim.task) {
    const result = await schtasks(site, '/Delete', '/TN', taskOf(site, id), '/F')
    const left = result.exitCode !== 0 && claimOf(site, await look(site), id)
    if (left && left.is === 'ours' && left.task) throw schtasksFailed(`could not remove the task of "${id}"`, result)
  }

  removeFiles(site, id)
}
