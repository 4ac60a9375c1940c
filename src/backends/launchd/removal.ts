import {rmSync} from 'node:fs'

import {bringDown} from './control.js'
import {definitionsOf} from './definition.js'
import {setEnabled} from './launchctl.js'
import {exclusively} from './lock.js'
import {attendanceOf, type Site} from './site.js'

/** Stops it and removes what we wrote. Its logs stay. */
export const uninstall = (site: Site, id: string): Promise<void> =>
  exclusively(site, id, async () => {
    const own = definitionsOf(site).lookUp(id)
    if (!own) return
    await bringDown(site, id)
    rmSync(own.path, {force: true})
    // launchd remembers for ever that a label is disabled.
    await setEnabled(site, id, true)
    // Where we are not its user, what a failed attendant left stays: root touches nothing in another's home.
    if (site.scope === 'user') rmSync(attendanceOf(own.spec, site.scope), {force: true, recursive: true})
  })
