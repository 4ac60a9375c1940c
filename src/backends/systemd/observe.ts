import {readSmall, type ServiceStatus} from '@hermes-cli/service-manager'

import {join} from 'node:path'

import {parseStatus} from './parse.js'
import type {UnitRecord} from './render.js'
import {stemOf, type Site} from './site.js'
import {show, type Properties} from './systemctl.js'
import {claimOf, driftOf, isEnabled, type Unit} from './unit.js'

/** What systemd says about a unit, put together with what its file says. */
export async function observe(site: Site, id: string): Promise<ServiceStatus> {
  const claim = claimOf(site, id)
  if (claim.is === 'absent') return {state: 'absent'}
  if (claim.is === 'foreign') return {because: claim.because, state: 'unknown'}
  const [seen] = await show(site, [id])
  // Taken away between two looks.
  if (claimOf(site, id).is === 'absent') return {state: 'absent'}
  return statusFrom(site, id, claim, seen!)
}

export function statusFrom(site: Site, id: string, claim: Pick<Unit, 'body' | 'record'>, seen: Properties): ServiceStatus {
  const enabled = isEnabled(site, id)
  // Written, and not read by systemd yet: nothing of it runs.
  if (seen.LoadState === 'not-found') return {enabled, state: 'stopped'}
  return parseStatus(seen, {
    drift: driftOf(claim),
    enabled,
    monotonic: Number(process.hrtime.bigint()) / 1e6,
    notifies: claim.record.spec.readiness === 'fd',
    now: site.host.now(),
    restartDue: isRestartDue(site, id, claim.record, seen),
  })
}

/** A process lives that was started from another definition than the unit's of now. */
export function isRestartDue(site: Site, id: string, record: UnitRecord, seen: Properties): boolean {
  if (Number(seen.MainPID) <= 0) return false
  // The directory is the service's user's.
  const started = readSmall(join(site.runtime, stemOf(site, id), 'definition'))?.trim()
  return started !== undefined && started !== record.definition
}
