import {serviceStem, ServiceManagerError, type Host, type Scope, type ServiceSpec} from '@hermes-cli/service-manager'
import {attendanceDirectory} from '@hermes-cli/service-manager/attendant'

import {userInfo} from 'node:os'
import {isAbsolute, join} from 'node:path'

import {locate} from './detect.js'

/** launchd, and where the things of one home are in it. */
export interface Site {
  readonly host: Host
  readonly scope: Scope
  readonly launchctl: string
  /** Of the property lists. */
  readonly directory: string
  /** Where a service may be, the one to use first: a user's is `gui/UID` with a login at the screen, `user/UID` without. */
  readonly domains: readonly [string, ...string[]]
}

const PREFIX = 'ai.hermes.gateway-'
const SUFFIX = '.plist'
const MAX_NAME = 255

/** Throws `unavailable` where there is no launchd for us. */
export function siteOf(host: Host): Site {
  const {because, launchctl, scope} = locate(host)
  if (launchctl) return {...placeOf(host), domains: domainsOf(host, scope), host, launchctl}
  const suggestions = scope === 'user' ? ['Use the services of the machine, as root: --system'] : []
  throw new ServiceManagerError('unavailable', `launchd cannot be used: ${because}`, {suggestions})
}

/** Throws `permission` for who may only look. */
export function changeable(host: Host): Site {
  const site = siteOf(host)
  if (site.scope === 'user' || host.uid === 0) return site
  const message = `user ${host.uid} may not change the services of the machine`
  throw new ServiceManagerError('permission', message, {suggestions: ['Run this as root.']})
}

const domainsOf = ({uid}: Host, scope: Scope): Site['domains'] => (scope === 'system' ? ['system'] : [`gui/${uid}`, `user/${uid}`])

/** The account's own home whatever HOME says: launchd looks nowhere else. */
export function placeOf(host: Host): Pick<Site, 'directory' | 'scope'> {
  const {scope} = locate(host)
  const told = host.environment.HERMES_LAUNCHD_DIRECTORY
  if (told && isAbsolute(told)) return {directory: told, scope}
  return {directory: scope === 'system' ? '/Library/LaunchDaemons' : join(userInfo().homedir, 'Library/LaunchAgents'), scope}
}

/** Every home has a hash in its labels among the services of a machine: no one's is the default there. */
export function labelOf({host, scope}: Pick<Site, 'host' | 'scope'>, id: string): string {
  const defaultHome = scope === 'user' ? {defaultHome: join(userInfo().homedir, '.hermes')} : {}
  return serviceStem({...defaultHome, home: host.home, id, prefix: PREFIX})
}

export const isOurName = (name: string): boolean => name.startsWith(PREFIX) && name.endsWith(SUFFIX)

export const fileNameOf = (site: Pick<Site, 'host' | 'scope'>, id: string): string => labelOf(site, id) + SUFFIX

export const plistPath = (site: Pick<Site, 'directory' | 'host' | 'scope'>, id: string): string =>
  join(site.directory, fileNameOf(site, id))

export const attendanceOf = (spec: Pick<ServiceSpec, 'home' | 'id'>, scope: Scope): string => attendanceDirectory(spec, `launchd-${scope}`)

/** Throws `invalid-name` for what would be no file name. */
export function checkName(site: Site, id: string): void {
  const excess = labelOf(site, id).length + SUFFIX.length - MAX_NAME
  if (excess <= 0) return
  const message = `file names have at most ${MAX_NAME} characters: that of "${id.slice(0, 20)}…" is ${excess} too long`
  throw new ServiceManagerError('invalid-name', message, {suggestions: [`Give it a shorter name: hermes profile:rename ${id} NAME`]})
}
