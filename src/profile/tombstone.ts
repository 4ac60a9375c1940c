import {readdir, rm} from 'node:fs/promises'
import {join} from 'node:path'

import {ensureDirectory, exists, syncDirectory, writeJson} from '../host/files.js'
import {tombstonesDirectory} from './paths.js'

/*
 * A process of a deleted profile may still be writing, `mkdir -p` included. What it leaves under the old name is no
 * profile, whatever is in it, as long as the tombstone stands; creating the profile anew clears both away.
 */

const tombstone = (home: string, name: string): string => join(tombstonesDirectory(home), name)

export async function bury(home: string, name: string, why: 'deleted' | 'renamed'): Promise<void> {
  await ensureDirectory(tombstonesDirectory(home))
  await writeJson(tombstone(home, name), {since: new Date().toISOString(), why})
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
