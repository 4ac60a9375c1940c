import {lstat, rename, rm} from 'node:fs/promises'

import {syncDirectory} from '../host/files.js'
import {readActive, writeActive} from './active.js'
import {HermesError, storing} from './errors.js'
import {changingProfiles} from './exclusive.js'
import {checkName, DEFAULT_PROFILE} from './name.js'
import {profileDirectory, profilesDirectory} from './paths.js'
import {notFound} from './read.js'
import {tidy} from './recover.js'
import {judge} from './scan.js'
import {hiddenSibling} from './staging.js'
import {bury, isBuried} from './tombstone.js'

/**
 * Deletes a profile for good: the tombstone first, then out of sight with one rename, then file by file. Stopping and
 * uninstalling its gateway comes before and is the caller's. Logs under `logs/gateways/` stay. Also finishes what an
 * earlier, interrupted call began. Answers with warnings. Throws `invalid-name`, `reserved-name`, `profile-not-found`,
 * `busy`, `storage`, `permission`.
 */
export async function deleteProfile(home: string, name: string): Promise<readonly string[]> {
  checkDeletable(home, name)
  return changingProfiles(home, () =>
    storing(`profile "${name}" cannot be deleted`, async () => {
      const {warnings} = await tidy(home)
      await checkThere(home, name)
      await bury(home, name).catch((error: NodeJS.ErrnoException) => {
        // Deleting is how one gets room again.
        if (error.code !== 'ENOSPC' && error.code !== 'EDQUOT') throw error
        warnings.push(`the disk is too full for a tombstone: end what still runs for "${name}", or it may come back`)
      })
      if ((await readActive(home)).name === name) await writeActive(home, DEFAULT_PROFILE)
      // A symlink is renamed and removed itself; what it points to is not ours.
      const removed = hiddenSibling(home, name, 'removed')
      await rename(profileDirectory(home, name), removed)
      await syncDirectory(profilesDirectory(home))
      await rm(removed, {force: true, recursive: true}).catch((error: Error) => {
        warnings.push(`${removed} could not be removed (${error.message}); the next change of profiles tries again`)
      })
      return warnings
    }),
  )
}

/** Throws what would make `deleteProfile` fail, before anything is stopped for it. */
export async function checkDelete(home: string, name: string): Promise<void> {
  checkDeletable(home, name)
  await checkThere(home, name)
}

function checkDeletable(home: string, name: string): void {
  checkName(name)
  if (name !== DEFAULT_PROFILE) return
  throw new HermesError('reserved-name', 'the default profile is the home itself and cannot be deleted', {
    suggestions: [`To get rid of everything, stop all gateways and remove ${home}.`],
  })
}

async function checkThere(home: string, name: string): Promise<void> {
  const directory = profileDirectory(home, name)
  const found = await lstat(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return
    throw error
  })
  if (found && (await isBuried(home, name))) return
  if (!found || (await judge(directory)) === 'no-profile') throw await notFound(home, name)
}
