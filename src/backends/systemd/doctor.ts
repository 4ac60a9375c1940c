import type {DoctorFinding} from '@hermes-cli/service-manager'

import {isLingering, lingerCure, lingerWarning} from './linger.js'
import {statusFrom} from './observe.js'
import type {UnitRecord} from './render.js'
import {unitOf, type Site} from './site.js'
import {show, type Properties} from './systemctl.js'
import {claimOf, unitPath} from './unit.js'

/** What is not as it should be with these services of ours, and with what they need. */
export async function examine(site: Site, units: readonly UnitRecord[]): Promise<readonly DoctorFinding[]> {
  const {scope} = site
  const findings: DoctorFinding[] = []
  const warn = (message: string, cure: string) => findings.push({cure, message, severity: 'warning'})
  if (scope === 'user' && units.length > 0 && !isLingering(site)) warn(lingerWarning(site), lingerCure(site))
  const seen = await show(
    site,
    units.map(({spec}) => spec.id),
  )
  for (const [index, unit] of units.entries()) findings.push(...examineOne(site, unit.spec.id, unit, seen[index]!))
  return findings
}

function examineOne(site: Site, id: string, record: UnitRecord, seen: Properties): DoctorFinding[] {
  const claim = claimOf(site, id)
  if (claim.is !== 'ours') return []
  const name = unitOf(site, id)
  const findings: DoctorFinding[] = []
  const status = statusFrom(site, id, claim, seen)
  const drift = 'drift' in status ? status.drift : undefined
  if (!site.host.isDirectory(record.spec.workingDirectory)) {
    const cure = `systemctl --${site.scope} disable --now ${name} && rm ${JSON.stringify(unitPath(site, id))}`
    return [{cure, message: `${name} is of the profile "${id}", which is gone (${record.spec.workingDirectory})`, severity: 'warning'}]
  }

  if (drift !== undefined)
    findings.push({cure: `Have it written anew: hermes gateway:restart ${id}`, message: `${name}: ${drift}`, severity: 'warning'})
  if (status.state === 'failed')
    findings.push({cure: `Read why: hermes gateway:logs ${id}`, message: `${name} has failed: ${status.because}`, severity: 'error'})
  if (seen.NeedDaemonReload === 'yes')
    findings.push({
      cure: `systemctl --${site.scope} daemon-reload`,
      message: `${name} or a drop-in of it was changed and not read again`,
      severity: 'warning',
    })
  return findings
}
