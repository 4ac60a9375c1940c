import {closeSync, fsyncSync, mkdirSync, openSync, rmSync, symlinkSync} from 'node:fs'
import {dirname} from 'node:path'

import {unitOf, type Site} from './site.js'
import {systemctl} from './systemctl.js'
import {isEnabled, unitPath, wantsPath} from './unit.js'

/**
 * Whether it comes back at the next boot or login: the link that `systemctl enable` makes. Not by that command, because
 * `disable` also removes a unit that a configuration manager keeps as a link.
 */
export function setEnabled(site: Site, id: string, enabled: boolean): void {
  if (isEnabled(site, id) === enabled) return
  const link = wantsPath(site, id)
  if (enabled) {
    mkdirSync(dirname(link), {recursive: true})
    makeLink(unitPath(site, id), link)
  } else rmSync(link, {force: true})

  sync(dirname(link))
}

/** Why not, where the file system is read-only: its units are somebody else's to enable, and all else can be done. */
export function trySetEnabled(site: Site, id: string, enabled: boolean): string | undefined {
  try {
    setEnabled(site, id, enabled)
    return undefined
  } catch (error) {
    const {code, message} = error as NodeJS.ErrnoException
    if (code !== 'EROFS') throw error
    return message
  }
}

function makeLink(target: string, link: string): void {
  try {
    symlinkSync(target, link)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

/** A power cut must not undo what an operator was told is done. */
function sync(directory: string): void {
  const fd = openSync(directory, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

/** Forgets earlier failures and the count of starts, which would block a person too. One that systemd does not know has none. */
export async function forgetFailures(site: Site, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await systemctl(site, ['reset-failed', ...ids.map((id) => unitOf(site, id))])
}
