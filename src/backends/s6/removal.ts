import {lstatSync, renameSync, rmSync} from 'node:fs'
import {join} from 'node:path'

import {directoriesIn, isServed, isSupervised, rescan, type Tree} from './scandir.js'
import {hiddenPath, PREFIX, slotPath} from './slot.js'
import {endSupervisors, waitForEnd} from './stale.js'

/** Minutes after which work in progress is taken for a leftover though its process number is in use. */
const ABANDONED = 10

/** Takes a slot out of sight, ends its supervisors, deletes it. An absent one is success. */
export async function remove(tree: Tree, id: string): Promise<void> {
  const hidden = hiddenPath(tree.scandir, id, 'gone')
  try {
    renameSync(slotPath(tree.scandir, id), hidden)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }

  await discard(tree, [hidden])
}

/** Deletes directories under hidden names, once nothing runs in them any more. */
async function discard(tree: Tree, hidden: readonly string[]): Promise<void> {
  // Deleting earlier would leave a supervisor behind that nobody can reach by a path.
  const live = hidden.filter((path) => isSupervised(tree.host, path))
  if (live.length > 0) await (isServed(tree) ? prune(tree, live) : endSupervisors(tree, live))
  for (const path of hidden) rmSync(path, {force: true, recursive: true})
}

async function prune(tree: Tree, hidden: readonly string[]): Promise<void> {
  await rescan(tree, {prune: true})
  await waitForEnd(tree, hidden)
}

/** Removes what interrupted runs left in the scandir, old-style `gateway-x.tmp` too; never another process's work in progress. */
export async function sweep(tree: Tree): Promise<void> {
  const leftovers: string[] = []
  for (const name of directoriesIn(tree.scandir)) {
    const path = join(tree.scandir, name)
    if (name.startsWith(`.${PREFIX}`)) {
      if (!inProgress(tree, path)) leftovers.push(path)
    } else if (/^gateway-[\da-z][\w-]*\.tmp$/.test(name)) {
      const hidden = hiddenPath(tree.scandir, name.slice(PREFIX.length, -'.tmp'.length), 'gone')
      renameSync(path, hidden)
      leftovers.push(hidden)
    }
  }

  if (leftovers.length > 0) await discard(tree, leftovers)
}

function inProgress({host}: Tree, path: string): boolean {
  const owner = /\.(?:gone|new)\.(\d+)\.[\da-f]{8}$/.exec(path)?.[1]
  const stat = lstatSync(path, {throwIfNoEntry: false})
  // Gone meanwhile: then it was in progress.
  if (!stat) return true
  if (owner === undefined || host.now() - stat.ctimeMs > ABANDONED * 60_000) return false
  try {
    process.kill(Number(owner), 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
