import {rmSync} from 'node:fs'

import {stop} from './control.js'
import {forgetFailures} from './enable.js'
import type {Site} from './site.js'
import {reload} from './systemctl.js'
import {claimOf, unitsOf, wantsPath} from './unit.js'

/** Stops it and removes what we wrote; somebody's drop-ins stay for the case that it comes back. */
export async function uninstall(site: Site, id: string): Promise<void> {
  const own = unitsOf(site).lookUp(id)
  if (!own) return
  try {
    await stop(site, id)
  } catch (error) {
    if (claimOf(site, id).is !== 'absent') throw error
  }

  rmSync(wantsPath(site, id), {force: true})
  rmSync(own.path, {force: true})
  await reload(site)
  await forgetFailures(site, [id])
}
