import {
  isServiceManagerError,
  ServiceManagerError,
  type InstallOutcome,
  type InstallRequest,
  type ServiceSpec,
} from '@hermes-cli/service-manager'

import {notTakenUp} from './control.js'
import {controlFifo} from './detect.js'
import {makeDirectory} from './directory.js'
import {place, settle, type Work} from './place.js'
import {remove, sweep} from './removal.js'
import {checkOwner, isFullySupervised, isServed, permissionDenied, rescan, scriptTools, type Tree} from './scandir.js'
import {slotPath} from './slot.js'
import {forEach} from './stale.js'
import {waitSupervised} from './wait.js'

/**
 * Publishes all, has the scandir looked at once, waits for all with one deadline. Where no s6-svscan runs the slots lie
 * ready for the one that will. What cannot be taken up is taken back. A service to be started is told so; its readiness
 * is not waited for. `hold`: the caller starts them, and nothing may run, fail and run again before it does.
 */
export async function installAll(
  tree: Tree,
  requests: readonly InstallRequest[],
  {hold = false}: {readonly hold?: boolean} = {},
): Promise<readonly InstallOutcome[]> {
  const tools = scriptTools(tree.host)
  const served = prepare(tree)
  const held = served && hold
  await sweep(tree)
  const all: Work[] = requests.map((request) => ({
    ...request,
    restartDue: false,
    slot: slotPath(tree.scandir, request.spec.id),
    wasLive: false,
  }))
  for (const work of all) await attempt(work, () => place(tree, work, tools, held))
  if (served) await takeUp(tree, all)
  await forEach(
    all.filter((work) => !work.error && work.change !== 'created'),
    (work) => attempt(work, () => settle(tree, work, held)),
  )
  return all.map((work) => outcome(work))
}

/** Throws unless slots may be put into the scandir. Is somebody there to take them up? */
function prepare(tree: Tree): boolean {
  const {host, scandir} = tree
  checkOwner(tree, 'could not install')
  if (host.probeFifo(controlFifo(scandir)) === 'denied') throw permissionDenied(host, scandir, 'could not install')
  makeDirectory(scandir, 0o755)
  return isServed(tree)
}

async function attempt(work: Work, act: () => Promise<void>): Promise<void> {
  try {
    await act()
  } catch (error) {
    work.error = told(work.spec, error)
  }
}

function told(spec: ServiceSpec, error: unknown): Error {
  if (isServiceManagerError(error)) return error
  const {code, message} = error as NodeJS.ErrnoException
  const kind = code === 'EACCES' || code === 'EPERM' || code === 'EROFS' ? 'permission' : 'unavailable'
  return new ServiceManagerError(kind, `could not install "${spec.id}": ${message ?? String(error)}`, {
    cause: error,
    suggestions: [kind === 'permission' ? 'Run this as the user the scandir belongs to.' : 'Mend that, then run the command again.'],
  })
}

async function takeUp(tree: Tree, all: readonly Work[]): Promise<void> {
  const waiting = all.filter((work) => !work.error && !isFullySupervised(tree.host, work.slot))
  if (waiting.length === 0) return
  const failures = new Map<string, Error>()
  try {
    await rescan(tree, {prune: false})
    const slots = waiting.map((work) => work.slot)
    for (const slot of await waitSupervised(tree, slots)) failures.set(slot, notTakenUp(tree, ''))
  } catch (error) {
    for (const work of waiting) if (!isFullySupervised(tree.host, work.slot)) failures.set(work.slot, error as Error)
  }

  const failed = waiting.filter((work) => failures.has(work.slot))
  await forEach(failed, async (work) => {
    const error = failures.get(work.slot)!
    work.error = isServiceManagerError(error) && error.code === 'timeout' ? notTakenUp(tree, work.spec.id) : error
    if (work.change !== 'created') return
    // A slot that stays would be "registered" for every later command though nothing supervises it.
    await remove(tree, work.spec.id).catch((error_: unknown) => tree.host.warn(`could not take back ${work.slot}: ${String(error_)}`))
  })
}

function outcome({change, error, restartDue, spec}: Work): InstallOutcome {
  if (error || !change) return {error: error ?? new Error('not done'), id: spec.id, ok: false}
  return {id: spec.id, ok: true, result: {change, restartDue}}
}
