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

/** Waits until supervisors run for all of these slots, asking again for a rescan now and then. Returns those without. */
export async function waitSupervised(tree: Tree, slots: readonly string[]): Promise<readonly string[]> {
  let pending = [...slots]
  let nextRescan = tree.host.now() + 1000
  const deadline = tree.host.now() + tree.deadlines.supervised
  // Only as far as the first that is not: looking at all of a thousand each time would take the time they need.
  const look = (): boolean => {
    const first = pending.findIndex((slot) => !isFullySupervised(tree.host, slot))
    pending = first === -1 ? [] : pending.slice(first)
    return pending.length === 0
  }

  while (!(await waitUntil(tree.host, Math.min(nextRescan, deadline) - tree.host.now(), look))) {
    if (tree.host.now() >= deadline) break
    // A scan that met a bad entry was given up half way (s6 2.12 and later): only another scan helps.
    await rescan(tree, {prune: false})
    nextRescan = tree.host.now() + 1000
  }

  return pending.filter((slot) => !isFullySupervised(tree.host, slot))
}
