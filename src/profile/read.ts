import {mapBounded} from '../host/concurrent.js'
import {readConfig, type GatewayConfig} from './config.js'
import {HermesError, storing} from './errors.js'
import {checkName, DEFAULT_PROFILE} from './name.js'
import {profileDirectory} from './paths.js'
import {preferredPort} from './port.js'
import {judge, scanProfiles, type BadEntry, type ProfileEntry} from './scan.js'
import {nearMisses} from './suggest.js'
import {isBuried} from './tombstone.js'

export interface Profile extends ProfileEntry {
  /** From its configuration; the preferred one of its name where that says none. */
  readonly port: number
  readonly command?: GatewayConfig['command']
}

export interface ListedProfile extends Profile {
  /** Why its configuration cannot be used. `port` and `command` are not from it then. */
  readonly problem?: string
}

export interface ProfileList {
  /** `default` first, then by byte order. */
  readonly profiles: readonly ListedProfile[]
  readonly bad: readonly BadEntry[]
  readonly warnings: readonly string[]
}

/** That there is such a profile, whatever its configuration says. Throws `invalid-name`, `profile-not-found` or `storage`. */
export async function findProfile(home: string, name: string): Promise<ProfileEntry> {
  checkName(name)
  const directory = profileDirectory(home, name)
  // The default profile is the home itself and always there.
  if (name === DEFAULT_PROFILE) return {directory, name}
  const look = async () => ((await isBuried(home, name)) ? 'no-profile' : judge(directory))
  const verdict = await storing(`profile "${name}" cannot be looked at`, look)
  if (verdict === 'profile') return {directory, name}
  if (verdict !== 'no-profile') {
    const code = verdict.because.includes('EACCES') ? 'permission' : 'storage'
    throw new HermesError(code, `profile "${name}" cannot be used: ${verdict.because}`)
  }

  throw await notFound(home, name)
}

/** With the names that were most likely meant. */
export async function notFound(home: string, name: string): Promise<HermesError> {
  const {entries} = await scanProfiles(home).catch(() => ({entries: []}))
  const near = nearMisses(
    name,
    entries.map((entry) => entry.name),
  )
  const hint = near.length > 0 ? [`Did you mean ${near.map((one) => `"${one}"`).join(' or ')}?`] : []
  return new HermesError('profile-not-found', `there is no profile "${name}" in ${home}`, {
    suggestions: [...hint, 'See those there are: hermes profile list', `Create it: hermes profile create ${name}`],
  })
}

/** Throws what `findProfile` throws, and `config-invalid`. */
export async function readProfile(home: string, name: string): Promise<Profile> {
  return withConfig(await findProfile(home, name))
}

async function withConfig(entry: ProfileEntry): Promise<Profile> {
  const {gateway, port} = await readConfig(entry.directory)
  return {...entry, port: port ?? preferredPort(entry.name), ...(gateway.command === undefined ? {} : {command: gateway.command})}
}

/** All of them; one that is broken says so in `problem`. Throws only when `profiles/` itself cannot be read. */
export async function listProfiles(home: string): Promise<ProfileList> {
  const {bad, entries, warnings} = await scanProfiles(home)
  const profiles = await mapBounded(entries, 16, (entry) =>
    withConfig(entry).catch((error: Error): ListedProfile => ({...entry, port: preferredPort(entry.name), problem: error.message})),
  )
  return {bad, profiles, warnings}
}
