import {lstat, mkdir, readdir, readFile} from 'node:fs/promises'
import {join} from 'node:path'

import {readSmallFile} from '../host/files.js'
import {HermesError, storageError} from './errors.js'
import {files} from './paths.js'
import {writeNewFile} from './staging.js'

/** Directories of a profile that say what it can do, and hold neither what it remembers nor who it is. */
const CLONED_DIRECTORIES = ['skills']

/**
 * Copies what makes one profile like another beside its configuration: `SOUL.md` and `skills/`. Left out on purpose:
 * `.env` and other credentials (two gateways with one token throw each other out), memories, sessions, schedules, logs
 * and everything a gateway wrote. Symlinks are not followed; each is named in the answer.
 */
export async function cloneFiles(source: string, staging: string): Promise<string[]> {
  const soul = await readSmallFile(files.soul(source))
  if (soul.ok) await writeNewFile(files.soul(staging), soul.text)
  else if (soul.why !== 'missing') throw new HermesError('storage', `the profile cannot be cloned: ${soul.detail}`)
  const skipped: string[] = []
  for (const name of CLONED_DIRECTORIES) await copyTree(join(source, name), join(staging, name), skipped)
  return skipped.map((path) => `${path} was not cloned: it is neither a file nor a directory`)
}

async function copyTree(from: string, to: string, skipped: string[]): Promise<void> {
  const found = await lstat(from).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return
    throw storageError(`${from} cannot be cloned`, error)
  })
  if (!found) return
  if (found.isDirectory()) {
    await mkdir(to, {mode: 0o700})
    for (const name of await readdir(from)) await copyTree(join(from, name), join(to, name), skipped)
  } else if (found.isFile()) {
    await writeNewFile(to, await readFile(from))
  } else {
    skipped.push(from)
  }
}
