import {serviceStem, ServiceManagerError, type Host, type Scope} from '@hermes-cli/service-manager'

import {userInfo} from 'node:os'
import {join} from 'node:path'

import {locate} from './detect.js'

/** One systemd manager, and where the things of one home are in it. */
export interface Site {
  readonly host: Host
  readonly scope: Scope
  /** Of the user we are; systemd goes by the password database too, whatever HOME says. */
  readonly user: string
  readonly unitDirectory: string
  /** Services have their runtime directories here. */
  readonly runtime: string
  readonly systemctl: string
  /** What the tools are told beside our own environment. */
  readonly environment: Readonly<Record<string, string>>
}

const PREFIX = 'hermes-gateway-'
const SUFFIX = '.service'
/** NAME_MAX; systemd takes no longer unit name either. */
const MAX_NAME = 255

/** Throws `unavailable` where there is no such manager. */
export function siteOf(host: Host): Site {
  const {because, runtime, scope, systemctl} = locate(host)
  if (!runtime || !systemctl) {
    throw new ServiceManagerError('unavailable', `systemd cannot be used: ${because}`, {
      suggestions:
        scope === 'user' ? ['Use the systemd of the machine, as root: --system', 'Or see what else there is: hermes backend'] : [],
    })
  }

  return {...placeOf(host), host, runtime, systemctl}
}

/** The part that is true whether the manager runs or not. */
export function placeOf(host: Host): Pick<Site, 'environment' | 'scope' | 'unitDirectory' | 'user'> {
  const {runtime, scope} = locate(host)
  const {homedir, username} = userInfo()
  const plain = {LC_ALL: 'C', SYSTEMD_COLORS: '0', SYSTEMD_LESS: '', SYSTEMD_PAGER: ''}
  if (scope === 'system') return {environment: plain, scope, unitDirectory: '/etc/systemd/system', user: username}
  const bus = runtime ? {DBUS_SESSION_BUS_ADDRESS: `unix:path=${runtime}/bus`, XDG_RUNTIME_DIR: runtime} : {}
  return {environment: {...plain, ...bus}, scope, unitDirectory: join(homedir, '.config/systemd/user'), user: username}
}

/** Without `.service`. Every home has a hash in its names among the services of a machine: no one's is the default there. */
export function stemOf({host, scope}: Pick<Site, 'host' | 'scope'>, id: string): string {
  const defaultHome = scope === 'user' ? {defaultHome: join(userInfo().homedir, '.hermes')} : {}
  return serviceStem({...defaultHome, home: host.home, id, prefix: PREFIX})
}

export const unitOf = (site: Pick<Site, 'host' | 'scope'>, id: string): string => stemOf(site, id) + SUFFIX

export const isUnitName = (name: string): boolean => name.startsWith(PREFIX) && name.endsWith(SUFFIX)

/** Throws `invalid-name` for what would be no file name. */
export function checkUnitName(site: Site, id: string): void {
  const excess = unitOf(site, id).length - MAX_NAME
  if (excess <= 0) return
  const message = `systemd takes unit names of at most ${MAX_NAME} characters: "${id.slice(0, 20)}…" is ${excess} too long`
  throw new ServiceManagerError('invalid-name', message, {suggestions: [`Give it a shorter name: hermes profile:rename ${id} NAME`]})
}

/** systemd's own wants directory for this unit's target. */
export const targetOf = ({scope}: Pick<Site, 'scope'>): string => (scope === 'user' ? 'default.target' : 'multi-user.target')
