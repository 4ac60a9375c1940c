import {ServiceManagerError} from '@hermes-cli/service-manager'

import {join} from 'node:path'

import {isSupervised, runTool, stopDeadline, type Tree} from './scandir.js'
import {waitUntil} from './wait.js'

/** At once; each is a process of its own for a moment. */
const PARALLEL = 8

export async function forEach<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items]
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await act(item)
  }

  await Promise.all(Array.from({length: Math.min(PARALLEL, queue.length)}, worker))
}

/** Milliseconds a logger gets after its service ended, to see the end of the pipe by itself. */
const LOGGER_GRACE = 2000

const hasSupervisor = ({host}: Tree, directory: string): boolean => host.probeFifo(join(directory, 'supervise', 'control')) === 'live'

/**
 * Waits until supervisors that were told to end have. A program that outlived its service may hold the logger's pipe
 * open for ever, so the logger is then told by hand. Throws `timeout`.
 */
export async function waitForEnd(tree: Tree, slots: readonly string[]): Promise<void> {
  const deadline = Math.max(0, ...slots.map((slot) => stopDeadline(tree, slot)))
  await waitUntil(tree.host, deadline, () => slots.every((slot) => !hasSupervisor(tree, slot)))
  if (await waitUntil(tree.host, LOGGER_GRACE, () => slots.every((slot) => !isSupervised(tree.host, slot)))) return
  await endSupervisors(tree, slots)
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
    const running = directories.filter((directory) => hasSupervisor(tree, directory))
    // Its answer does not matter: a supervisor that ended in between refuses, and what counts is that it is gone.
    await forEach(running, async (directory) => {
      await runTool(tree, 's6-svc', ['-xd', directory])
    })
    const gone = (): boolean => running.every((directory) => !hasSupervisor(tree, directory))
    if (await waitUntil(tree.host, deadline, gone)) return
    throw new ServiceManagerError('timeout', `s6-supervise did not end within ${deadline / 1000} s in ${running.join(', ')}`)
  }

  await end(live)
  await end(live.map((slot) => join(slot, 'log')))
}
