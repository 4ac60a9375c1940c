import {randomBytes} from 'node:crypto'
import {open, readdir, rename, rm} from 'node:fs/promises'
import {join} from 'node:path'

import {syncDirectory} from '../host/files.js'
import {profilesDirectory, tombstonesDirectory} from './paths.js'

/** Names of file systems end at 255 bytes, those of profiles at 251: the name in it is for people and may be cut. */
const SHOWN_NAME = 200

const HIDDEN = /^\..+\.(?:(?:staging-\d+|removed)-[0-9a-f]{12}|[0-9a-f]{12}\.tmp)$/
const TEMPORARY = /^\..+\.[0-9a-f]{12}\.tmp$/

/** A name that no scan looks at, in the same directory and so on the same file system. */
export function hiddenSibling(home: string, name: string, kind: 'removed' | 'staging'): string {
  const what = kind === 'staging' ? `staging-${process.pid}` : kind
  return join(profilesDirectory(home), `.${name.slice(0, SHOWN_NAME)}.${what}-${randomBytes(6).toString('hex')}`)
}

/**
 * Removes what interrupted runs left. Only while nobody else changes profiles (exclusive.ts): then whatever is hidden
 * belongs to nobody, and no pid has to be believed. Answers with what could not be removed; it is tried again next time.
 */
export async function sweepHidden(home: string): Promise<string[]> {
  const kept: string[] = []
  const places: Array<[string, RegExp]> = [
    [profilesDirectory(home), HIDDEN],
    [tombstonesDirectory(home), TEMPORARY],
    // The home is the default profile's too: only of our own file there.
    [home, /^\.active_profile\.[0-9a-f]{12}\.tmp$/],
  ]
  for (const [directory, ours] of places) {
    for (const name of await readdir(directory).catch(() => [])) {
      if (!ours.test(name)) continue
      await rm(join(directory, name), {force: true, recursive: true}).catch((error: Error) => {
        kept.push(`${join(directory, name)} could not be removed (${error.message}); the next change of profiles tries again`)
      })
    }
  }

  return kept
}

/** Gives a directory its final name, durably. Fails with ENOTEMPTY or EEXIST when the name is taken. */
export async function publish(home: string, from: string, to: string): Promise<void> {
  await rename(from, to)
  await syncDirectory(profilesDirectory(home))
}

/** Writes a new file through to the disk. Never over an existing one. */
export async function writeNewFile(path: string, content: Buffer | string): Promise<void> {
  const handle = await open(path, 'wx', 0o600)
  try {
    await handle.writeFile(content)
    await handle.chmod(0o600)
    await handle.sync()
  } finally {
    await handle.close()
  }
}
