import {ServiceManagerError} from '@hermes-cli/service-manager'

import {join} from 'node:path'

import {isSupervised, runTool, stopDeadline, waitUntil, type Tree} from './scandir.js'

/** At once; each is a process of its own for a moment. */
const PARALLEL = 8

export async function forEach<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items]
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await act(item)
  }

  await Promise.all(Array.from({length: Math.min(PARALLEL, queue.length)}, worker))
}

/**
 * Ends the supervisors, and with them the services, of slots whose s6-svscan is gone. Services before loggers, so that
 * their last lines are kept. Throws `timeout` naming what would not end.
 */
export async function endSupervisors(tree: Tree, slots: readonly string[]): Promise<void> {
  const live = slots.filter((slot) => isSupervised(tree.host, slot))
  if (live.length === 0) return
  const deadline = Math.max(...live.map((slot) => stopDeadline(tree, slot)))
  const end = async (directories: readonly string[]): Promise<void> => {
    const running = directories.filter((directory) => tree.host.probeFifo(join(directory, 'supervise', 'control')) === 'live')
    // Its answer does not matter: a supervisor that ended in between refuses, and what counts is that it is gone.
    await forEach(running, async (directory) => {
      await runTool(tree, 's6-svc', ['-xd', directory])
    })
    const gone = (): boolean => running.every((directory) => tree.host.probeFifo(join(directory, 'supervise', 'control')) !== 'live')
    if (await waitUntil(tree.host, deadline, gone)) return
    throw new ServiceManagerError(
      'timeout',
      `a supervisor without s6-svscan did not end within ${deadline / 1000} s in ${running.join(', ')}`,
    )
  }

  await end(live)
  await end(live.map((slot) => join(slot, 'log')))
}
