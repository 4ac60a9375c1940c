import type {Host} from '@hermes-cli/service-manager'

import {lstatSync} from 'node:fs'
import {join} from 'node:path'

import type {Site} from './site.js'

const LINGERING = '/var/lib/systemd/linger'
const warned = new WeakSet<Host>()

export const isLingering = ({user}: Pick<Site, 'user'>): boolean => lstatSync(join(LINGERING, user), {throwIfNoEntry: false}) !== undefined

export const lingerCure = ({user}: Pick<Site, 'user'>): string => `sudo loginctl enable-linger ${user}`

export const lingerWarning = ({user}: Pick<Site, 'user'>): string =>
  `user ${user} does not linger: its services end with its last session and do not come back at a boot before it logs in`

/** What is to come back after a boot needs the user's manager to be there without a login. Most users may see to that themselves. */
export async function ensureLinger(site: Site): Promise<void> {
  const {environment, host, scope, user} = site
  if (scope !== 'user' || isLingering(site)) return
  const loginctl = host.findProgram('loginctl', ['/usr/bin', '/bin'])
  if (loginctl) await host.exec(loginctl, ['--no-ask-password', 'enable-linger', user], {environment, timeout: 10_000})
  if (isLingering(site) || warned.has(host)) return
  warned.add(host)
  host.warn(`${lingerWarning(site)}. Cure: ${lingerCure(site)}`)
}
