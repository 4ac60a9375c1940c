import {readActive} from './active.js'
import {checkName, DEFAULT_PROFILE} from './name.js'

export interface SelectedProfile {
  readonly name: string
  readonly source: 'active' | 'default' | 'environment' | 'flag'
  readonly warning?: string
}

export interface Selecting {
  /** `-p`, as given. */
  readonly flag?: string | undefined
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly home: string
}

/**
 * Which profile a command is about: `-p`, else `HERMES_PROFILE`, else the sticky choice, else the default one. What is
 * run by a supervisor (HERMES_SUPERVISED) never takes the sticky one: it would change identity behind the operator's
 * back. Throws `invalid-name`. Whether the profile exists is not asked here: a sticky choice that is gone must be told
 * and not be turned into another profile.
 */
export async function selectProfile({environment, flag, home}: Selecting): Promise<SelectedProfile> {
  if (flag !== undefined) return named(flag, 'flag')
  if (environment.HERMES_PROFILE) return named(environment.HERMES_PROFILE, 'environment')
  if (environment.HERMES_SUPERVISED) return {name: DEFAULT_PROFILE, source: 'default'}
  const {name, warning} = await readActive(home)
  if (name !== undefined) return {name, source: 'active'}
  return {name: DEFAULT_PROFILE, source: 'default', ...(warning === undefined ? {} : {warning})}
}

function named(name: string, source: 'environment' | 'flag'): SelectedProfile {
  checkName(name)
  return {name, source}
}
