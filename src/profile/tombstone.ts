import {readdir, rm} from 'node:fs/promises'
import {join} from 'node:path'

import {ensureDirectory, exists, syncDirectory} from '../host/files.js'
import {tombstonesDirectory} from './paths.js'
import {writeNewFile} from './staging.js'

/*
 * A process of a deleted profile may still be writing, `mkdir -p` included. What it leaves under the old name is no
 * profile, whatever is in it, as long as the tombstone stands; creating the profile anew clears both away.
 */

const tombstone = (home: string, name: string): string => join(tombstonesDirectory(home), name)

/** An empty file: that is there or not, and on most file systems can still be made when the disk is full. */
export async function bury(home: string, name: string): Promise<void> {
  await ensureDirectory(tombstonesDirectory(home))
  await writeNewFile(tombstone(home, name), '').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  await syncDirectory(tombstonesDirectory(home))
}

export const isBuried = (home: string, name: string): Promise<boolean> => exists(tombstone(home, name))

export async function unbury(home: string, name: string): Promise<void> {
  if (!(await isBuried(home, name))) return
  await rm(tombstone(home, name), {force: true, recursive: true})
  await syncDirectory(tombstonesDirectory(home))
}

/** Names of all tombstones. */
export async function buriedNames(home: string): Promise<ReadonlySet<string>> {
  const names = await readdir(tombstonesDirectory(home)).catch(() => [])
  return new Set(names)
}
