import {
  ServiceManagerError,
  type InstallOptions,
  type InstallOutcome,
  type InstallRequest,
  type InstallResult,
  type ServiceSpec,
} from '@hermes-cli/service-manager'

import {rmSync} from 'node:fs'

import {start} from './control.js'
import {checkDefinition, textFor, versionOf} from './definition.js'
import {forgetFailures, setEnabled, trySetEnabled} from './enable.js'
import {ensureLinger} from './linger.js'
import {isRestartDue} from './observe.js'
import {unitOf, type Site} from './site.js'
import {must, reload, show, type Properties} from './systemctl.js'
import {claimOf, driftOf, unitPath, unitsOf} from './unit.js'
import {verify} from './verify.js'

interface Work extends InstallRequest {
  change?: InstallResult['change']
  error?: Error
  restartDue: boolean
}

export async function install(site: Site, spec: ServiceSpec, options: InstallOptions): Promise<InstallResult> {
  const [work] = await place(site, [{options, spec}])
  if (work!.error) throw work!.error
  if (options.enable !== undefined) trySetEnabled(site, spec.id, options.enable)
  if (options.start) await start(site, spec.id, options.enable === undefined ? {} : {enable: options.enable})
  else if (options.enable) await ensureLinger(site)
  return {change: work!.change!, restartDue: work!.restartDue}
}

/** For a boot: systemd reads its units once for all, and what is to start is told so. */
export async function installAll(site: Site, requests: readonly InstallRequest[]): Promise<readonly InstallOutcome[]> {
  const all = await place(site, requests)
  const starting = all.filter(({error, options}) => !error && options.start)
  for (const work of starting) if (work.options.enable !== false) await attempt(work, async () => setEnabled(site, work.spec.id, true))
  const ids = starting.filter(({error}) => !error).map(({spec}) => spec.id)
  if (ids.length > 0) {
    await ensureLinger(site)
    await forgetFailures(site, ids)
    await must(site, 'could not start the services', ['start', '--no-block', ...ids.map((id) => unitOf(site, id))])
  }

  return all.map(({change, error, restartDue, spec: {id}}) =>
    error || !change ? {error: error ?? new Error('not done'), id, ok: false} : {id, ok: true, result: {change, restartDue}},
  )
}

/** Writes what is not there yet, has systemd read it, and takes its word for whether it could. Starts nothing. */
async function place(site: Site, requests: readonly InstallRequest[]): Promise<readonly Work[]> {
  const all: Work[] = requests.map((request) => ({...request, restartDue: false}))
  const version = await versionOf(site)
  for (const work of all) {
    await attempt(work, async () => {
      work.change = await put(site, work, version)
    })
  }

  const placed = all.filter(({error}) => !error)
  if (placed.length === 0) return all
  const ids = placed.map(({spec}) => spec.id)
  const changed = placed.some(({change}) => change !== 'unchanged')
  if (changed) await reload(site)
  let seen = await show(site, ids)
  if (!changed && seen.some(({LoadState, NeedDaemonReload}) => NeedDaemonReload === 'yes' || LoadState !== 'loaded')) {
    await reload(site)
    seen = await show(site, ids)
  }

  for (const [index, work] of placed.entries()) await attempt(work, async () => judge(site, work, seen[index]!))
  await verify(
    site,
    placed.filter(({change, error}) => change !== 'unchanged' && !error).map(({spec}) => spec.id),
  )
  return all
}

async function attempt(work: Work, act: () => Promise<void>): Promise<void> {
  try {
    await act()
  } catch (error) {
    work.error = error as Error
  }
}

async function put(site: Site, {options, spec}: InstallRequest, version: number): Promise<InstallResult['change']> {
  checkDefinition(site, spec)
  const {before, change} = await unitsOf(site).put(spec, textFor(site, spec, version), options)
  const drift = change === 'updated' && before ? driftOf(before) : undefined
  if (drift !== undefined) site.host.warn(`${before!.path} is written anew: ${drift}; settings of your own belong in a drop-in`)
  return change
}

/** systemd's own verdict on the unit; one that it cannot read is not left to be "registered". */
function judge(site: Site, work: Work, seen: Properties): void {
  const {spec} = work
  if (seen.LoadState !== 'loaded') {
    if (work.change === 'created') rmSync(unitPath(site, spec.id), {force: true})
    const said = seen.LoadError?.trim() || seen.LoadState
    const message = `systemd does not take the unit of "${spec.id}" (${seen.LoadState}): ${said}`
    throw new ServiceManagerError(seen.LoadState === 'masked' ? 'not-owned' : 'invalid-spec', message)
  }

  const claim = claimOf(site, spec.id)
  if (claim.is === 'ours') work.restartDue = isRestartDue(site, spec.id, claim.record, seen)
}
