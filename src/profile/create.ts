import {chmod, mkdir, rm} from 'node:fs/promises'
import {join} from 'node:path'

import {exists, syncDirectory} from '../host/files.js'
import {cloneFiles} from './clone.js'
import {readConfig, readConfigText, type GatewayConfig, type ProfileConfig} from './config.js'
import {editConfigText} from './config-edit.js'
import {HermesError, storing} from './errors.js'
import {changingProfiles} from './exclusive.js'
import {checkName, DEFAULT_PROFILE} from './name.js'
import {files, profileDirectory} from './paths.js'
import {allocatePort, takenPorts} from './port.js'
import {findProfile, type Profile} from './read.js'
import {tidy} from './recover.js'
import {checkFree, makeRoom, occupied} from './room.js'
import {scanProfiles} from './scan.js'
import {hiddenSibling, publish, writeNewFile} from './staging.js'
import {configText, ENV_TEXT, soulText} from './template.js'

export interface NewProfile {
  readonly name: string
  /** A profile to take SOUL.md, configuration and skills from; never its port, credentials or memories. */
  readonly cloneFrom?: string
  readonly command?: GatewayConfig['command']
  /** Instead of the next free one. */
  readonly port?: number
}

export interface CreatedProfile extends Profile {
  readonly warnings: readonly string[]
}

/**
 * Builds a profile out of sight and publishes it with one rename: there is all of it or nothing, also after a crash or
 * on a full disk. Starts and registers nothing. Throws `invalid-name`, `reserved-name`, `profile-exists`,
 * `profile-not-found` (of `cloneFrom`), `usage` (a port that cannot be had), `config-invalid`, `busy`, `storage`,
 * `permission`.
 */
export async function createProfile(home: string, wish: NewProfile): Promise<CreatedProfile> {
  const {name} = wish
  checkName(name)
  if (name === DEFAULT_PROFILE) throw new HermesError('reserved-name', `"${name}" is the home itself and always there`)
  return changingProfiles(home, () =>
    storing(`profile "${name}" cannot be created`, async () => {
      const {warnings} = await tidy(home)
      await checkFree(home, name)
      const port = await choosePort(home, wish)
      const source = wish.cloneFrom === undefined ? undefined : await findProfile(home, wish.cloneFrom)
      const staging = hiddenSibling(home, name, 'staging')
      try {
        const built = await build(staging, wish, port, source?.directory)
        await makeRoom(home, name)
        const directory = profileDirectory(home, name)
        await publish(home, staging, directory)
        const {command} = built.config.gateway
        return {directory, name, port, warnings: [...warnings, ...built.warnings], ...(command === undefined ? {} : {command})}
      } catch (error) {
        await rm(staging, {force: true, recursive: true}).catch(() => {})
        const {code} = error as NodeJS.ErrnoException
        throw code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'ENOTDIR' ? occupied(home, name) : error
      }
    }),
  )
}

async function choosePort(home: string, {name, port}: NewProfile): Promise<number> {
  if (port !== undefined && (!Number.isSafeInteger(port) || port < 1 || port > 65_535)) {
    throw new HermesError('usage', `${port} is no port: it must be 1 to 65535`)
  }

  const taken = await takenPorts((await scanProfiles(home)).entries)
  const free = allocatePort(name, taken)
  if (port === undefined) return free
  if (!taken.has(port)) return port
  throw new HermesError('usage', `port ${port} belongs to another profile`, {suggestions: [`Use ${free}, which is free, or name no port.`]})
}

interface Built {
  readonly config: ProfileConfig
  readonly warnings: readonly string[]
}

async function build(staging: string, {command, name}: NewProfile, port: number, source?: string): Promise<Built> {
  await mkdir(staging, {mode: 0o700})
  await chmod(staging, 0o700)
  const warnings = source === undefined ? [] : await cloneFiles(source, staging)
  const inherited = source === undefined ? undefined : await readConfigText(source)
  const config =
    inherited === undefined
      ? configText(port, command)
      : await editConfigText(inherited, {port, ...(command === undefined ? {} : {command})}, files.config(source!))
  await writeNewFile(files.config(staging), config)
  await writeNewFile(join(staging, '.env'), ENV_TEXT)
  if (!(await exists(files.soul(staging)))) await writeNewFile(files.soul(staging), soulText(name))
  // Refuses what could not be used, and leaves the parse for the gateway's first start.
  const read = await readConfig(staging)
  await syncDirectory(staging)
  return {config: read, warnings}
}
