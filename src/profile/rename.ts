import {rm} from 'node:fs/promises'

import {writeJson} from '../host/files.js'
import {HermesError, storing} from './errors.js'
import {changingProfiles} from './exclusive.js'
import {checkName, DEFAULT_PROFILE} from './name.js'
import {profileDirectory} from './paths.js'
import {findProfile} from './read.js'
import {finishRename, halfRenamed, renameJournal, tidy} from './recover.js'
import {checkFree, makeRoom} from './room.js'
import {publish} from './staging.js'

/**
 * Gives a profile another name: one rename of its directory; its configuration, and with it the port, stays as it is.
 * The sticky choice and the gateway's logs follow. Services are the caller's: uninstalled before, installed after.
 * Interrupted, it is finished by the next change of profiles or by the same call again. Answers with warnings. Throws
 * `invalid-name`, `reserved-name`, `profile-not-found`, `profile-exists`, `busy`, `storage`, `permission`.
 */
export async function renameProfile(home: string, from: string, to: string): Promise<readonly string[]> {
  checkNames(from, to)
  return changingProfiles(home, () =>
    storing(`profile "${from}" cannot be renamed`, async () => {
      const {renamed, warnings} = await tidy(home)
      if (renamed?.from === from && renamed.to === to) return warnings
      await findProfile(home, from)
      if (from === to) return warnings
      await checkFree(home, to)
      await makeRoom(home, to)
      await writeJson(renameJournal(home), {from, to})
      try {
        await publish(home, profileDirectory(home, from), profileDirectory(home, to))
      } catch (error) {
        await rm(renameJournal(home), {force: true})
        throw error
      }

      return [...warnings, ...(await finishRename(home, {from, to}))]
    }),
  )
}

/** Throws what would make `renameProfile` fail, before anything is stopped for it. */
export async function checkRename(home: string, from: string, to: string): Promise<void> {
  checkNames(from, to)
  const half = await halfRenamed(home)
  if (half?.from === from && half.to === to) return
  await findProfile(home, from)
  if (from !== to) await checkFree(home, to)
}

function checkNames(...names: string[]): void {
  for (const name of names) {
    checkName(name)
    if (name === DEFAULT_PROFILE) throw new HermesError('reserved-name', '"default" is the home itself: neither it nor its name can move')
  }
}
