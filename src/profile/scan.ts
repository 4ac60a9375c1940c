import {lstat, readdir, stat} from 'node:fs/promises'
import {join} from 'node:path'

import {mapBounded} from '../host/concurrent.js'
import {storageError} from './errors.js'
import {DEFAULT_PROFILE, nameProblem} from './name.js'
import {files, profileDirectory, profilesDirectory} from './paths.js'
import {buriedNames} from './tombstone.js'

export interface ProfileEntry {
  readonly name: string
  readonly directory: string
}

/** A directory that looks like a profile but cannot be used as one. */
export interface BadEntry {
  readonly name: string
  readonly because: string
}

export interface Scan {
  /** `default` first, then by byte order. The default profile is always there. */
  readonly entries: readonly ProfileEntry[]
  /** Would be a profile but for its name or its permissions. */
  readonly bad: readonly BadEntry[]
  /** Left out on purpose, and said: `profiles/default/`, and what a deleted profile's processes wrote. */
  readonly warnings: readonly string[]
}

/** All profiles of a home. One that cannot be read never hides the others. Throws only when `profiles/` itself cannot be read. */
export async function scanProfiles(home: string): Promise<Scan> {
  const entries: ProfileEntry[] = [{directory: profileDirectory(home, DEFAULT_PROFILE), name: DEFAULT_PROFILE}]
  const bad: BadEntry[] = []
  const warnings: string[] = []
  const [names, buried] = await Promise.all([namesIn(profilesDirectory(home)), buriedNames(home)])
  const verdicts = await mapBounded(names, 16, (name) => judge(join(profilesDirectory(home), name)))
  for (const [index, name] of names.entries()) {
    const verdict = verdicts[index]!
    if (verdict === 'no-profile') continue
    const problem = nameProblem(name)
    if (name === DEFAULT_PROFILE) warnings.push(`profiles/default/ is skipped: the default profile is ${home} itself`)
    else if (problem) bad.push({because: problem, name})
    else if (buried.has(name)) warnings.push(leftOver(name))
    else if (verdict === 'profile') entries.push({directory: join(profilesDirectory(home), name), name})
    else bad.push({because: verdict.because, name})
  }

  return {bad, entries, warnings}
}

const leftOver = (name: string): string =>
  `profiles/${name}/ is skipped: that profile was deleted. \`hermes profile delete ${name}\` removes what is left of it; ` +
  `removing profiles/.deleted/${name} takes it back`

async function namesIn(directory: string): Promise<string[]> {
  try {
    // Dot names are our own staging and tombstones. Byte order, whatever the locale.
    const names = await readdir(directory)
    return names.filter((name) => !name.startsWith('.')).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw storageError(`${directory} cannot be read`, error)
  }
}

export type Verdict = 'no-profile' | 'profile' | {because: string}

/** Is there a profile in this directory? Its marker decides. */
export async function judge(directory: string): Promise<Verdict> {
  try {
    // A profile directory may be a symlink of the user's own making.
    if (!(await stat(directory)).isDirectory()) return 'no-profile'
    await lstat(files.soul(directory))
    return 'profile'
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException
    return code === 'ENOENT' || code === 'ENOTDIR' ? 'no-profile' : {because: `its directory cannot be read (${code})`}
  }
}
