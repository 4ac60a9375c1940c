import {notOwned, readSmall, ServiceManagerError, type InstallRequest, type InstallResult} from '@hermes-cli/service-manager'

import {join} from 'node:path'

import {launcherOf} from './launcher.js'
import {observe} from './observe.js'
import {renderSlot} from './render.js'
import type {ScriptTools} from './scripts.js'
import {isControllable, isServed, runTool, toolFailed, type Tree} from './scandir.js'
import {checkSlotName, claimOf, isRestartDue, publish, setDown, update} from './slot.js'

/** One request on its way. `error` ends it. */
export interface Work extends InstallRequest {
  readonly slot: string
  change?: InstallResult['change']
  error?: Error
  restartDue: boolean
  /** Somebody supervised it before we came. */
  wasLive: boolean
}

/** Publishes a slot, or brings the one that is there up to date. Throws `already-registered` and `not-owned`. */
export async function place(tree: Tree, work: Work, tools: ScriptTools, held: boolean): Promise<void> {
  for (let again = 2; ; again--) {
    try {
      return await placeOnce(tree, work, tools, held)
    } catch (error) {
      // Removed while it was brought up to date: then it is a new one.
      const gone = (error as NodeJS.ErrnoException).code === 'ENOENT' && claimOf(work.slot, work.spec.home).is === 'absent'
      if (again === 0 || !gone) throw error
    }
  }
}

async function placeOnce(tree: Tree, work: Work, tools: ScriptTools, held: boolean): Promise<void> {
  const {options, slot, spec} = work
  checkSlotName(spec.id)
  if (claimOf(slot, spec.home).is === 'absent' && publish(tree.scandir, spec, tools, {down: held || !options.start})) {
    work.change = 'created'
    return
  }

  if (options.exclusive) {
    throw new ServiceManagerError('already-registered', `"${spec.id}" is already registered: there is ${slot}`, {
      suggestions: [`If it is yours, take it over: hermes gateway:start -p ${spec.id}`],
    })
  }

  const claim = claimOf(slot, spec.home)
  if (claim.is === 'foreign') throw notOwned(claim.because)
  // Taken away since we saw it.
  if (claim.is === 'absent') return place(tree, work, tools, held)
  work.wasLive = isControllable(tree, slot, `could not install "${spec.id}"`)
  const changed = await update(tree.host, slot, renderSlot(spec, tools, launcherOf(slot, claim.record)))
  const turned = !work.wasLive && setDown(slot, !options.start)
  // Where s6-svscan runs, a slot that is not live is being taken up for somebody else who installs it at this moment.
  work.change = changed.length > 0 || (turned && !isServed(tree)) ? 'updated' : 'unchanged'
  // A logger goes on with the old script unless it is told; the pipe is kept for it, no line is lost.
  if (work.wasLive && changed.some((name) => name.startsWith('log/'))) await runTool(tree, 's6-svc', ['-t', join(slot, 'log')])
}

/** For a slot that was there: is its process of an older definition, and is it wanted up? */
export async function settle(tree: Tree, work: Work, held: boolean): Promise<void> {
  const {options, slot, spec} = work
  const what = `could not install "${spec.id}"`
  if (!isControllable(tree, slot, what)) return
  if (options.start && !held) {
    // Given up by its finish script: what it is asked to do now is a new attempt.
    const outcome = readSmall(join(slot, 'data', 'outcome'))?.trim()
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
