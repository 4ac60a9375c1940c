import {rename, rm} from 'node:fs/promises'
import {join} from 'node:path'

import {exists, readJsonObject, syncDirectory} from '../host/files.js'
import {readActive, writeActive} from './active.js'
import {DEFAULT_PROFILE, nameProblem} from './name.js'
import {gatewayLogDirectory, profileDirectory, profilesDirectory} from './paths.js'
import {judge} from './scan.js'
import {sweepHidden} from './staging.js'
import {bury} from './tombstone.js'

export interface Renaming {
  readonly from: string
  readonly to: string
}

/** Names the rename that is under way. */
export const renameJournal = (home: string): string => join(profilesDirectory(home), '.rename.json')

export interface Tidied {
  /** The rename that a crash had cut short and that is whole now. */
  readonly renamed?: Renaming
  readonly warnings: string[]
}

/** Puts right what an interrupted change left. Only while nobody else changes profiles (exclusive.ts). */
export async function tidy(home: string): Promise<Tidied> {
  const warnings = await sweepHidden(home)
  const renamed = await halfRenamed(home)
  if (renamed) return {renamed, warnings: [...warnings, ...(await finishRename(home, renamed))]}
  await rm(renameJournal(home), {force: true, recursive: true})
  return {warnings}
}

/** The rename whose directory has moved and whose rest a crash cut short. Changes nothing. */
export async function halfRenamed(home: string): Promise<Renaming | undefined> {
  const read = await readJsonObject(renameJournal(home))
  const {from, to} = read.ok ? read.value : {}
  if (!isName(from) || !isName(to) || (await exists(profileDirectory(home, from)))) return undefined
  return (await judge(profileDirectory(home, to))) === 'profile' ? {from, to} : undefined
}

const isName = (value: unknown): value is string =>
  typeof value === 'string' && value !== DEFAULT_PROFILE && nameProblem(value) === undefined

/** What follows the directory of a renamed profile. Each step may have been done before. */
export async function finishRename(home: string, {from, to}: Renaming): Promise<readonly string[]> {
  const warnings: string[] = []
  if ((await readActive(home)).name === from) await writeActive(home, to)
  const [old, now] = [join(home, gatewayLogDirectory(from)), join(home, gatewayLogDirectory(to))]
  if ((await exists(now)) && (await exists(old))) {
    warnings.push(`the logs of "${from}" stay in ${old}: ${now} is there already`)
  } else if (await exists(old)) {
    await rename(old, now)
  }

  await bury(home, from)
  await rm(renameJournal(home), {force: true})
  await syncDirectory(profilesDirectory(home))
  return warnings
}
