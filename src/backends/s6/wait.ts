import type {Host} from '@hermes-cli/service-manager'

import {isFullySupervised, rescan, type Tree} from './scandir.js'

/** Polls until `done`, at most so many milliseconds. False at the deadline. */
export async function waitUntil(host: Host, milliseconds: number, done: () => boolean): Promise<boolean> {
  const deadline = host.now() + milliseconds
  for (let pause = 2; ; pause = Math.min(pause * 2, 50)) {
    if (done()) return true
    if (host.now() >= deadline) return false
    await host.sleep(pause)
  }
}

/**
 * Waits until supervisors run for all of these slots, asking again for a rescan now and then. Gives up when for the
 * length of the deadline not one more came: a thousand take their time. Returns those without.
 */
export async function waitSupervised(tree: Tree, slots: readonly string[]): Promise<readonly string[]> {
  const {deadlines, host} = tree
  const missing = (among: readonly string[]): string[] => among.filter((slot) => !isFullySupervised(host, slot))
  let pending: readonly string[] = slots
  // Only as far as the first that is not: looking at all of a thousand each time would take the time they need.
  const look = (): boolean => {
    const first = pending.findIndex((slot) => !isFullySupervised(host, slot))
    seen += first === -1 ? pending.length : first
    pending = first === -1 ? [] : pending.slice(first)
    return pending.length === 0
  }

  let seen = 0
  let deadline = host.now() + deadlines.supervised
  while (!(await waitUntil(host, Math.min(1000, deadline - host.now()), look))) {
    const left = missing(pending)
    if (seen > 0 || left.length < pending.length) deadline = host.now() + deadlines.supervised
    else if (host.now() >= deadline) return left
    pending = left
    seen = 0
    // A scan that met a bad entry was given up half way (s6 2.12 and later): only another scan helps.
    if (pending.length > 0) await rescan(tree, {prune: false})
  }

  return []
}
