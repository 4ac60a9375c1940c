import {rename, rm} from 'node:fs/promises'

import {exists} from '../host/files.js'
import {HermesError} from './errors.js'
import {profileDirectory} from './paths.js'
import {judge} from './scan.js'
import {hiddenSibling} from './staging.js'
import {isBuried, unbury} from './tombstone.js'

/** Throws `profile-exists` unless the name is free, or only taken by what a deleted profile's processes left. */
export async function checkFree(home: string, name: string): Promise<void> {
  const directory = profileDirectory(home, name)
  if (!(await exists(directory)) || (await isBuried(home, name))) return
  if ((await judge(directory)) !== 'no-profile') {
    throw new HermesError('profile-exists', `there is a profile "${name}" already, in ${directory}`, {
      suggestions: ['Use another name.', `Look at it: hermes profile show ${name}`],
    })
  }

  throw occupied(home, name)
}

export const occupied = (home: string, name: string): HermesError =>
  new HermesError('profile-exists', `${profileDirectory(home, name)} is in the way: it is there, but it is no profile (no SOUL.md)`, {
    suggestions: ['Move it away, or use another name.'],
  })

/** What processes of a deleted profile left under the name goes, then its tombstone. */
export async function makeRoom(home: string, name: string): Promise<void> {
  const directory = profileDirectory(home, name)
  if (!(await isBuried(home, name))) return
  if (await exists(directory)) {
    const aside = hiddenSibling(home, name, 'removed')
    await rename(directory, aside)
    // What cannot be removed now is swept with the next change.
    await rm(aside, {force: true, recursive: true}).catch(() => {})
  }

  await unbury(home, name)
}
