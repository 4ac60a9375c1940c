import {ServiceManagerError, type LogOptions} from '@hermes-cli/service-manager'

import {stemOf, unitOf, type Site} from './site.js'
import {ownUnit} from './unit.js'

/**
 * What the program wrote, from the journal, without what systemd says about it. Not `journalctl --user -u`: that sees
 * nothing where the journal is kept in memory only, and shows systemd's own lines.
 */
export async function* readLogs(site: Site, id: string, {follow, lines, signal}: LogOptions): AsyncIterable<string> {
  const {environment, host, scope} = site
  ownUnit(site, id)
  const journalctl = host.findProgram('journalctl', ['/usr/bin', '/bin'])
  if (!journalctl) throw new ServiceManagerError('not-supported', `could not read the log of "${id}": journalctl cannot be found`)
  const whose = scope === 'user' ? [`_UID=${host.uid}`, `SYSLOG_IDENTIFIER=${stemOf(site, id)}`] : [`_SYSTEMD_UNIT=${unitOf(site, id)}`]
  const args = ['--quiet', '--no-pager', '--all', '--output=cat']
  let count = 0
  const tail = [...args, `--lines=${lines}`, ...(follow ? ['--follow'] : []), ...whose]
  for await (const line of host.stream(journalctl, tail, signal ? {signal} : {})) {
    count++
    yield line
  }

  if (count > 0 || follow || lines === 0) return
  // Nothing there, or nothing that we may see?
  const {stderr} = await host.exec(journalctl, ['--no-pager', '--lines=1', ...whose], {environment})
  if (!/insufficient permissions|not seeing messages from other users/i.test(stderr) || scope === 'user') return
  throw new ServiceManagerError('permission', `could not read the log of "${id}": user ${host.uid} may not read the journal`, {
    suggestions: ['Run this as root, or add the user to the group systemd-journal.'],
  })
}
