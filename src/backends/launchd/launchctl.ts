import {commandFailed, ServiceManagerError, type ExecResult} from '@hermes-cli/service-manager'

import {isDisabledIn, parseList, parsePrint, type Seen} from './parse.js'
import {labelOf, type Site} from './site.js'

/** `launchctl error N` names them; the facts about when they come are from reports, see the README. */
export const CODE = {
  badPermissions: 122,
  disabled: 119,
  inProgress: 36,
  already: 37,
  ioError: 5,
  noDomain: 112,
  noProcess: 3,
  noService: 113,
  notPermitted: 1,
  unsupported: 125,
} as const

const NOT_LOADED: readonly number[] = [CODE.noDomain, CODE.noProcess, CODE.noService, CODE.unsupported]
/** Milliseconds. */
const QUICK = 30_000

export const launchctl = ({host, launchctl}: Site, ...args: string[]): Promise<ExecResult> => host.exec(launchctl, args, {timeout: QUICK})

export interface Loaded {
  readonly domain: string
  readonly seen: Seen
}

/** The job as that domain knows it; undefined where it does not. */
export async function lookIn(site: Site, domain: string, id: string): Promise<Loaded | undefined> {
  const label = labelOf(site, id)
  const result = await launchctl(site, 'print', `${domain}/${label}`)
  if (result.exitCode === 0) return {domain, seen: parsePrint(result.stdout)}
  if (NOT_LOADED.includes(result.exitCode)) return undefined
  const older = await launchctl(site, 'list', label)
  if (older.exitCode === 0) return {domain, seen: parseList(older.stdout)}
  if (NOT_LOADED.includes(older.exitCode)) return undefined
  throw failed(site, `could not read the status of "${id}"`, result)
}

/** Each label by itself: one may have been loaded at the screen, another over the network. */
export async function lookUp(site: Site, id: string): Promise<readonly Loaded[]> {
  const all: Loaded[] = []
  for (const domain of site.domains) {
    const found = await lookIn(site, domain, id)
    if (found) all.push(found)
  }

  return all
}

/** The domains that are there now, with the labels that each keeps from being loaded. */
export async function domainsUp(site: Site): Promise<ReadonlyArray<{domain: string; isDisabled: (id: string) => boolean}>> {
  const all = []
  let last: ExecResult | undefined
  for (const domain of site.domains) {
    const result = await launchctl(site, 'print-disabled', domain)
    if (result.exitCode === 0) all.push({domain, isDisabled: (id: string) => isDisabledIn(result.stdout, labelOf(site, id))})
    else last = result
  }

  if (all.length > 0) return all
  const suggestions = site.scope === 'user' ? ['Log in as that user.', 'Or use the services of the machine, as root: --system'] : []
  const said = last?.stderr.trim() ?? ''
  const message = `launchd has no domain ${site.domains.join(' or ')} now${said ? `: ${said}` : ''}`
  throw new ServiceManagerError('unavailable', message, {suggestions})
}

/** Whether launchd loads it by itself at the next boot or login. In every domain: a user may log in at the screen or not. */
export async function setEnabled(site: Site, id: string, enabled: boolean): Promise<void> {
  const verb = enabled ? 'enable' : 'disable'
  for (const {domain, isDisabled} of await domainsUp(site)) {
    if (isDisabled(id) !== enabled) continue
    const result = await launchctl(site, verb, `${domain}/${labelOf(site, id)}`)
    if (result.exitCode !== 0) throw failed(site, `could not ${verb} "${id}"`, result)
  }
}

export function failed({scope}: Pick<Site, 'scope'>, what: string, result: ExecResult): ServiceManagerError {
  const said = result.stderr.trim()
  const denied = result.exitCode === CODE.notPermitted || /operation not permitted|not privileged|as root for richer/i.test(said)
  if (denied && scope === 'system')
    return new ServiceManagerError('permission', `${what}: launchd refuses: ${said}`, {suggestions: ['Run this as root.']})
  return commandFailed(what, result)
}
