import {lstat, readdir, stat} from 'node:fs/promises'
import {join} from 'node:path'

import {DEFAULT_PROFILE, nameProblem} from './name.js'
import {files, profileDirectory, profilesDirectory} from './paths.js'

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
  /** Left out on purpose, and said: `profiles/default/`. */
  readonly warnings: readonly string[]
}

/** All profiles of a home. One that cannot be read never hides the others. Throws only when `profiles/` itself cannot be read. */
export async function scanProfiles(home: string): Promise<Scan> {
  const entries: ProfileEntry[] = [{directory: profileDirectory(home, DEFAULT_PROFILE), name: DEFAULT_PROFILE}]
  const bad: BadEntry[] = []
  const warnings: string[] = []
  const names = await namesIn(profilesDirectory(home))
  for (const name of names) {
    const directory = join(profilesDirectory(home), name)
    const verdict = await judge(directory)
    if (verdict === 'no-profile') continue
    const problem = nameProblem(name)
    if (name === DEFAULT_PROFILE) warnings.push(`profiles/default/ is skipped: the default profile is ${home} itself`)
    else if (problem) bad.push({because: problem, name})
    else if (verdict === 'profile') entries.push({directory, name})
    else bad.push({because: verdict.because, name})
  }

  return {bad, entries, warnings}
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    // Dot names are our own staging and tombstones. Byte order, whatever the locale.
    const names = await readdir(directory)
    return names.filter((name) => !name.startsWith('.')).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

type Verdict = 'no-profile' | 'profile' | {because: string}

async function judge(directory: string): Promise<Verdict> {
  try {
    // A profile directory may be a symlink of the user's own making; its marker decides.
    if (!(await stat(directory)).isDirectory()) return 'no-profile'
    await lstat(files.soul(directory))
    return 'profile'
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException
    return code === 'ENOENT' || code === 'ENOTDIR' ? 'no-profile' : {because: `its directory cannot be read (${code})`}
  }
}
