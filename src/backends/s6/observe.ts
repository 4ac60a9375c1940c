import {readSmall, type ServiceStatus} from '@hermes-cli/service-manager'

import {join} from 'node:path'

import {controlFifo} from './detect.js'
import {parseStatus, SVSTAT_FIELDS} from './parse.js'
import {isControllable, runTool, toolFailed, type Tree} from './scandir.js'
import {claimOf, isEnabled, isRestartDue, isSlotName, slotPath, type Claim} from './slot.js'

/** What the supervisor says about a slot, put together with what the slot says itself. */
export async function observe(tree: Tree, id: string): Promise<ServiceStatus> {
  const {host, scandir} = tree
  if (!isSlotName(id)) return {state: 'absent'}
  const slot = slotPath(scandir, id)
  const claim = claimOf(slot, host.home)
  if (claim.is === 'absent') return {state: 'absent'}
  if (claim.is === 'foreign' && claim.home !== undefined) return {because: claim.because, state: 'unknown'}
  if (isControllable(tree, slot, `could not read the status of "${id}"`)) return ask(tree, id, slot, claim)
  // Without s6-svscan and without a supervisor nothing of it runs.
  if (host.probeFifo(controlFifo(scandir)) !== 'live') return {enabled: isEnabled(slot), state: 'stopped'}
  return {because: `s6-svscan has not taken up ${slot}`, state: 'unknown'}
}

async function ask(tree: Tree, id: string, slot: string, claim: Claim): Promise<ServiceStatus> {
  const result = await runTool(tree, 's6-svstat', ['-o', SVSTAT_FIELDS, slot])
  if (result.exitCode === 1) return {because: `the supervisor of ${slot} has just ended`, state: 'unknown'}
  // Taken away, and perhaps made anew, between two looks.
  if (result.exitCode !== 0 && !isControllable(tree, slot, `could not read the status of "${id}"`)) {
    if (claimOf(slot, tree.host.home).is === 'absent') return {state: 'absent'}
    return {because: `s6-svscan has not taken up ${slot} yet`, state: 'unknown'}
  }

  if (result.exitCode !== 0) throw toolFailed(tree, `could not read the status of "${id}"`, result)
  return parseStatus(result.stdout, {
    notifies: readSmall(join(slot, 'notification-fd')) !== undefined,
    now: tree.host.now(),
    outcome: readSmall(join(slot, 'data', 'outcome'))?.trim(),
    restartDue: claim.is === 'ours' && isRestartDue(slot, claim.record),
  })
}
