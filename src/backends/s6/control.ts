import {notOwned, notRegistered, ServiceManagerError, type StopOptions} from '@hermes-cli/service-manager'

import {observe} from './observe.js'
import {
  checkOwner,
  checkServed,
  GAVE_UP,
  isControllable,
  isServed,
  rescan,
  runTool,
  stopDeadline,
  TIMED_OUT,
  toolFailed,
  type Tree,
} from './scandir.js'
import {checkSlotName, claimOf, identityOf, setDown, slotPath} from './slot.js'
import {waitSupervised} from './wait.js'

/** The path of a slot that is ours. Throws `not-registered` or `not-owned`. */
function ownSlot({deadlines, host, scandir}: Tree, id: string): string {
  checkSlotName(id)
  checkOwner({deadlines, host, scandir}, `could not control "${id}"`)
  const slot = slotPath(scandir, id)
  const claim = claimOf(slot, host.home)
  if (claim.is === 'ours') return slot
  if (claim.is === 'foreign') throw notOwned(claim.because)
  throw notRegistered(id, `there is no ${slot}`)
}

/** Up, ready if it can say so, and enabled. */
export async function start(tree: Tree, id: string): Promise<void> {
  await bringUp(tree, id, '-U')
}

/** A new process, ready; whether it comes back at the next boot stays as it is. */
export async function restart(tree: Tree, id: string): Promise<void> {
  const slot = ownSlot(tree, id)
  await supervised(tree, id, slot)
  await bringDown(tree, id, slot, {flag: '-d'})
  await bringUp(tree, id, '-u')
}

export async function stop(tree: Tree, id: string, {disable = true}: StopOptions = {}): Promise<void> {
  const slot = ownSlot(tree, id)
  if (isControllable(tree, slot, `could not stop "${id}"`)) return bringDown(tree, id, slot, {flag: disable ? '-D' : '-d'})
  // Nobody supervises it, so nothing of it runs.
  if (disable) setDown(slot, true)
}

async function supervised(tree: Tree, id: string, slot: string): Promise<void> {
  if (isControllable(tree, slot, `could not start "${id}"`)) return
  checkServed(tree, `could not start "${id}"`)
  await rescan(tree, {prune: false})
  if ((await waitSupervised(tree, [slot])).length > 0) throw notTakenUp(tree, id)
}

export const notTakenUp = ({deadlines, scandir}: Tree, id: string): ServiceManagerError =>
  new ServiceManagerError(
    'timeout',
    `s6-svscan did not take up "${id}" in ${scandir} within ${deadlines.supervised / 1000} s: it supervises only so many services (s6 2.11: 500, later: 1000 with their loggers)`,
    {suggestions: ['Start s6-svscan with a larger limit (-c before s6 2.12, -C since), or remove profiles.']},
  )

async function bringUp(tree: Tree, id: string, flag: '-U' | '-u', again = 2): Promise<void> {
  const slot = ownSlot(tree, id)
  const what = `could not start "${id}"`
  await supervised(tree, id, slot)
  const before = identityOf(slot)
  // With the old deaths on record one more crash would be the last, whatever was mended meanwhile.
  await runTool(tree, 's6-svdt-clear', [slot])
  const ready = startDeadline(tree, slot)
  const result = await runTool(tree, 's6-svc', [flag, '-wU', '-T', String(ready), slot], ready + 5000)
  if (result.exitCode === 0) return
  if (result.exitCode !== GAVE_UP && result.exitCode !== TIMED_OUT) {
    // Somebody removed it and perhaps made it anew meanwhile.
    if (identityOf(slot) === before) throw toolFailed(tree, what, result)
    if (again === 0) throw toolFailed(tree, what, result)
    return bringUp(tree, id, flag, again - 1)
  }

  const status = await observe(tree, id)
  const suggestions = [`See what it printed: hermes gateway:logs -p ${id}`]
  if (result.exitCode === TIMED_OUT) {
    throw new ServiceManagerError('timeout', `${what}: not ready within ${ready / 1000} s, it is ${status.state}`, {suggestions})
  }

  const because = status.state === 'failed' ? status.because : 'it ended by itself, or was told to end, and is to stay down'
  throw new ServiceManagerError('failed-to-start', `${what}: ${because}`, {suggestions})
}

/** Milliseconds. */
function startDeadline({deadlines, host}: Tree, slot: string): number {
  const claim = claimOf(slot, host.home)
  const seconds = claim.is === 'ours' ? claim.record.start_seconds : undefined
  return typeof seconds === 'number' && seconds > 0 && seconds < 86_400 ? Math.ceil(seconds * 1000) : deadlines.ready
}

async function bringDown(tree: Tree, id: string, slot: string, {again = 2, flag}: {again?: number; flag: '-D' | '-d'}): Promise<void> {
  const before = identityOf(slot)
  const deadline = stopDeadline(tree, slot)
  const result = await runTool(tree, 's6-svc', [flag, '-wD', '-T', String(deadline), slot], deadline + 5000)
  if (result.exitCode === 0) return
  if (result.exitCode !== TIMED_OUT) {
    // Somebody removed it meanwhile, and nothing of it runs any more.
    if (claimOf(slot, tree.host.home).is === 'absent') return
    // And made it anew: one that is not taken up yet does not run either.
    if (!isControllable(tree, slot, `could not stop "${id}"`)) {
      if (flag === '-D') setDown(slot, true)
      return
    }

    if (again > 0 && identityOf(slot) !== before) return bringDown(tree, id, slot, {again: again - 1, flag})
    throw toolFailed(tree, `could not stop "${id}"`, result)
  }

  throw new ServiceManagerError('timeout', `"${id}" did not stop within ${deadline / 1000} s`, {
    suggestions: [`Look at it by hand: s6-svstat ${slot}`],
  })
}

/** Down, whoever supervises it, before its slot is taken away. */
export async function quiesce(tree: Tree, id: string, slot: string): Promise<void> {
  if (isControllable(tree, slot, `could not stop "${id}"`) && isServed(tree)) await bringDown(tree, id, slot, {flag: '-d'})
}
