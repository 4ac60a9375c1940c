import type {DoctorFinding, Host} from '@hermes-cli/service-manager'

import {statSync} from 'node:fs'
import {join} from 'node:path'

import {definitionsOf, ownRecords} from './definition.js'
import {locate} from './detect.js'
import {domainsUp, lookUp} from './launchctl.js'
import {observe} from './observe.js'
import {labelOf, placeOf, plistPath, siteOf, type Site} from './site.js'

/** What is not as it should be with these services of ours, and with what they need. */
export async function examine(host: Host): Promise<readonly DoctorFinding[]> {
  const place = {...placeOf(host), host}
  const own = ownRecords(place).map(({spec}) => spec)
  const findings = orphans(place)
  const {because, usable} = locate(host)
  if (!usable)
    return own.length === 0 ? findings : [...findings, {cure: 'Use a Mac user with a login.', message: because, severity: 'error'}]
  const site = siteOf(host)
  try {
    if (own.length > 0) await domainsUp(site)
  } catch (error) {
    return [...findings, {cure: 'Log in as that user, or use --system.', message: (error as Error).message, severity: 'error'}]
  }

  for (const {id, workingDirectory} of own) {
    if (host.isDirectory(workingDirectory)) findings.push(...(await examineOne(site, id)))
    else {
      const message = `${labelOf(site, id)} is of the profile "${id}", which is gone (${workingDirectory})`
      findings.push({cure: `hermes gateway:uninstall ${id}`, message, severity: 'warning'})
    }
  }

  return findings
}

/** Definitions of homes that are no more: nobody else will ever name them. */
function orphans(site: Pick<Site, 'directory' | 'host' | 'scope'>): DoctorFinding[] {
  const definitions = definitionsOf(site)
  return definitions.names().flatMap((name): DoctorFinding[] => {
    const path = join(site.directory, name)
    const claim = definitions.claimAt(name)
    if (claim.is !== 'foreign' || claim.home === undefined || site.host.isDirectory(claim.home)) return []
    const domain = site.scope === 'system' ? 'system' : `gui/${site.host.uid}`
    const cure = `launchctl bootout ${domain}/${name.replace(/\.plist$/, '')}; rm ${JSON.stringify(path)}`
    return [{cure, message: `${path} is of the home ${claim.home}, which is gone`, severity: 'warning'}]
  })
}

async function examineOne(site: Site, id: string): Promise<DoctorFinding[]> {
  const label = labelOf(site, id)
  const findings: DoctorFinding[] = []
  const found = (message: string, cure: string, severity: DoctorFinding['severity'] = 'warning') =>
    findings.push({cure, message: `${label}${message}`, severity})
  const status = await observe(site, id)
  if ('drift' in status && status.drift !== undefined) found(`: ${status.drift}`, `Have it written anew: hermes gateway:restart ${id}`)
  if (status.state === 'failed') found(` has failed: ${status.because}`, `Read why: hermes gateway:logs ${id}`, 'error')
  const loaded = await lookUp(site, id)
  if (loaded[0] && 'enabled' in status && !status.enabled)
    found(' runs, and is disabled: it does not come back', `launchctl enable ${loaded[0].domain}/${label}`)
  if (loaded.length > 1) found(' is loaded twice, by two logins', `launchctl bootout ${loaded[1]!.domain}/${label}`)
  const path = plistPath(site, id)
  const file = statSync(path, {throwIfNoEntry: false})
  const owner = site.scope === 'system' ? 0 : site.host.uid
  if (file && ((file.mode & 0o022) !== 0 || (file.uid !== owner && file.uid !== 0)))
    found(
      `: others may change ${path}, so launchd does not load it`,
      `chown ${owner} ${JSON.stringify(path)} && chmod 644 ${JSON.stringify(path)}`,
    )
  return findings
}
