import {closeSync, fsyncSync, openSync} from 'node:fs'
import {dirname} from 'node:path'

import {unitOf, type Site} from './site.js'
import {must, systemctl} from './systemctl.js'
import {isEnabled, wantsPath} from './unit.js'

/** Whether it comes back at the next boot or login. Needs no `daemon-reload`: that is only looked at then. */
export async function setEnabled(site: Site, id: string, enabled: boolean): Promise<void> {
  if (isEnabled(site, id) === enabled) return
  const verb = enabled ? 'enable' : 'disable'
  await must(site, `could not ${verb} "${id}"`, [verb, '--no-reload', '--quiet', unitOf(site, id)])
  sync(dirname(wantsPath(site, id)))
}

/** A power cut must not undo what an operator was told is done. */
function sync(directory: string): void {
  try {
    const fd = openSync(directory, 'r')
    fsyncSync(fd)
    closeSync(fd)
  } catch {
    // Removed with its last link.
  }
}

/** Forgets earlier failures and the count of starts, which would block a person too. One that systemd does not know has none. */
export async function forgetFailures(site: Site, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await systemctl(site, ['reset-failed', ...ids.map((id) => unitOf(site, id))])
}
