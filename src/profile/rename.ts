import {mkdir, rename, rm} from 'node:fs/promises'
import {dirname, join} from 'node:path'

import {exists, readJsonObject, syncDirectory, writeJson} from '../host/files.js'
import {readActive, writeActive} from './active.js'
import {HermesError, storing} from './errors.js'
import {changingProfiles} from './exclusive.js'
import {checkName, DEFAULT_PROFILE, nameProblem} from './name.js'
import {gatewayLogDirectory, profileDirectory, profilesDirectory} from './paths.js'
import {findProfile} from './read.js'
import {checkFree, makeRoom} from './room.js'
import {judge} from './scan.js'
import {publish} from './staging.js'
import {bury} from './tombstone.js'

interface Renaming {
  readonly from: string
  readonly to: string
}

const journal = (home: string): string => join(profilesDirectory(home), '.rename.json')

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
      const finished = await recoverRename(home)
      if (finished?.from === from && finished.to === to) return finished.warnings
      await findProfile(home, from)
      if (from === to) return []
      await checkFree(home, to)
      await makeRoom(home, to)
      await writeJson(journal(home), {from, to})
      try {
        await publish(home, profileDirectory(home, from), profileDirectory(home, to))
      } catch (error) {
        await rm(journal(home), {force: true})
        throw error
      }

      return finish(home, {from, to})
    }),
  )
}

/** Throws what would make `renameProfile` fail, before anything is stopped for it. */
export async function checkRename(home: string, from: string, to: string): Promise<void> {
  checkNames(from, to)
  await findProfile(home, from)
  if (from !== to) await checkFree(home, to)
}

function checkNames(...names: string[]): void {
  for (const name of names) {
    checkName(name)
    if (name === DEFAULT_PROFILE) throw new HermesError('reserved-name', '"default" is the home itself: neither it nor its name can move')
  }
}

/** Finishes a rename that a crash cut short. Only while nobody else changes profiles (exclusive.ts). */
export async function recoverRename(home: string): Promise<(Renaming & {warnings: readonly string[]}) | undefined> {
  const read = await readJsonObject(journal(home))
  if (!read.ok && read.why === 'missing') return undefined
  const {from, to} = read.ok ? read.value : {}
  if (
    isName(from) &&
    isName(to) &&
    !(await exists(profileDirectory(home, from))) &&
    (await judge(profileDirectory(home, to))) === 'profile'
  ) {
    return {from, to, warnings: await finish(home, {from, to})}
  }

  await rm(journal(home), {force: true, recursive: true})
  return undefined
}

const isName = (value: unknown): value is string =>
  typeof value === 'string' && value !== DEFAULT_PROFILE && nameProblem(value) === undefined

/** What follows the directory. Each step may have been done before. */
async function finish(home: string, {from, to}: Renaming): Promise<readonly string[]> {
  const warnings: string[] = []
  if ((await readActive(home)).name === from) await writeActive(home, to)
  const [old, now] = [join(home, gatewayLogDirectory(from)), join(home, gatewayLogDirectory(to))]
  if ((await exists(now)) && (await exists(old))) {
    warnings.push(`the logs of "${from}" stay in ${old}: ${now} is there already`)
  } else if (await exists(old)) {
    await mkdir(dirname(now), {recursive: true})
    await rename(old, now)
  }

  await bury(home, from, 'renamed')
  await rm(journal(home), {force: true})
  await syncDirectory(profilesDirectory(home))
  return warnings
}
