import {rm} from 'node:fs/promises'

import {readSmallFile, syncDirectory, writeFileAtomic} from '../host/files.js'
import {storing} from './errors.js'
import {changingProfiles} from './exclusive.js'
import {DEFAULT_PROFILE, nameProblem} from './name.js'
import {activeProfileFile} from './paths.js'
import {findProfile} from './read.js'

export interface ActiveProfile {
  /** undefined: none was chosen, or what is in the file is no name. */
  readonly name?: string
  readonly warning?: string
}

/** The sticky choice. Never throws; that the profile exists is not checked. */
export async function readActive(home: string): Promise<ActiveProfile> {
  const path = activeProfileFile(home)
  const read = await readSmallFile(path, 4096)
  if (!read.ok) return read.why === 'missing' ? {} : {warning: `${read.detail}; the default profile is used`}
  const name = read.text.replace(/^\uFEFF/, '').trim()
  if (name === '') return {}
  const problem = nameProblem(name)
  if (problem) return {warning: `${path} names no profile: ${shortened(problem)}; the default profile is used`}
  return {name}
}

const shortened = (text: string): string => (text.length > 200 ? `${text.slice(0, 200)}…` : text)

/** Writes the sticky choice without looking whether there is such a profile. */
export async function writeActive(home: string, name: string): Promise<void> {
  const path = activeProfileFile(home)
  await storing(`${path} cannot be written`, async () => {
    if (name !== DEFAULT_PROFILE) return writeFileAtomic(path, `${name}\n`, 0o600)
    await rm(path, {force: true})
    await syncDirectory(home)
  })
}

/** `profile:use`: the profile for commands that name none. Throws `invalid-name` or `profile-not-found`. */
export async function useProfile(home: string, name: string): Promise<void> {
  await findProfile(home, name)
  // Under the lock, or a delete of that moment would leave the choice on a profile that is gone.
  await changingProfiles(home, async () => {
    await findProfile(home, name)
    await writeActive(home, name)
  })
}
