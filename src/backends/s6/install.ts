import {
  isServiceManagerError,
  ServiceManagerError,
  type InstallOutcome,
  type InstallRequest,
  type InstallResult,
  type ServiceSpec,
} from '@hermes-cli/service-manager'

import {mkdirSync} from 'node:fs'
import {join} from 'node:path'

import {notTakenUp} from './control.js'
import {observe} from './observe.js'
import {remove, sweep} from './removal.js'
import type {ScriptTools} from './render.js'
import {
  isControllable,
  isFullySupervised,
  isServed,
  permissionDenied,
  rescan,
  runTool,
  scriptTools,
  toolFailed,
  waitSupervised,
} from './scandir.js'
import type {Tree} from './scandir.js'
import {checkSlotName, claimOf, isRestartDue, notOwned, publish, readSmall, setDown, slotPath, update} from './slot.js'
import {forEach} from './stale.js'

/** One request on its way. `error` ends it. */
interface Work extends InstallRequest {
  readonly slot: string
  change?: InstallResult['change']
  error?: Error
  restartDue: boolean
  /** Somebody supervised it before we came. */
  wasLive: boolean
}

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
  if (host.probeFifo(join(scandir, '.s6-svscan', 'control')) === 'denied') throw permissionDenied(host, scandir, 'could not install')
  mkdirSync(scandir, {mode: 0o755, recursive: true})
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

async function place(tree: Tree, work: Work, tools: ScriptTools, held: boolean): Promise<void> {
  const {options, slot, spec} = work
  checkSlotName(spec.id)
  if (claimOf(slot, spec.home).is === 'absent' && publish(tree.scandir, spec, tools, {down: held || !options.start})) {
    work.change = 'created'
    return
  }

  if (options.exclusive) {
    throw new ServiceManagerError('already-registered', `"${spec.id}" is already registered: there is ${slot}`, {
      suggestions: [`Remove it first: hermes gateway:uninstall -p ${spec.id}`],
    })
  }

  const claim = claimOf(slot, spec.home)
  if (claim.is === 'foreign') throw notOwned(claim.because)
  work.wasLive = isControllable(tree, slot, `could not install "${spec.id}"`)
  const changed = await update(tree.host, slot, spec, tools)
  const turned = !work.wasLive && setDown(slot, !options.start)
  work.change = changed.length > 0 || turned ? 'updated' : 'unchanged'
  // A logger goes on with the old script unless it is told; the pipe is kept for it, no line is lost.
  if (work.wasLive && changed.includes('log/run')) await runTool(tree, 's6-svc', ['-t', join(slot, 'log')])
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

/** For a slot that was there: is its process of an older definition, and is it wanted up? */
async function settle(tree: Tree, work: Work, held: boolean): Promise<void> {
  const {options, slot, spec} = work
  const what = `could not install "${spec.id}"`
  if (!isControllable(tree, slot, what)) return
  if (options.start && !held) {
    // Given up by its finish script: what it is asked to do now is a new attempt.
    const outcome = readSmall(join(slot, 'data', 'outcome'))?.text.trim()
    if (outcome === 'crash-loop' || outcome === 'refused') await runTool(tree, 's6-svdt-clear', [slot])
  }

  const claim = claimOf(slot, spec.home)
  if (claim.is === 'ours' && isRestartDue(slot, claim.record)) {
    const status = await observe(tree, spec.id)
    work.restartDue = status.state === 'running' || (status.state === 'starting' && status.pid !== undefined)
  }

  if (held || !options.start) return
  const result = await runTool(tree, 's6-svc', ['-U', slot])
  if (result.exitCode !== 0) throw toolFailed(tree, what, result)
}

function outcome({change, error, restartDue, spec}: Work): InstallOutcome {
  if (error || !change) return {error: error ?? new Error('not done'), id: spec.id, ok: false}
  return {id: spec.id, ok: true, result: {change, restartDue}}
}
