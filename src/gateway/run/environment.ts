import {realpath, stat} from 'node:fs/promises'
import {resolve} from 'node:path'
// Experimental in name only: in every Node this package runs on, without a warning.
// eslint-disable-next-line n/no-unsupported-features/node-builtins
import {parseEnv} from 'node:util'

import {readSmallFile} from '../../host/files.js'
import {isWindows} from '../../host/platform.js'
import type {GatewayConfig} from '../../profile/config.js'
import {HermesError} from '../../profile/errors.js'
import {say} from './log.js'

export type Variables = Readonly<Record<string, string | undefined>>

/** Between a supervisor and us: the program must not take them for its own. */
const OURS = ['HERMES_EXIT_CODES', 'HERMES_NOTIFY_FD', 'HERMES_STOP_FILE', 'HERMES_SUPERVISED', 'OCLIF_DISABLE_ENGINE_WARNING']

/** Pure: the program's environment. Later layers win; what hermes says of the profile wins over all. */
export function programEnvironment(own: Variables, envFile: Variables, config: Variables, facts: Variables): Record<string, string> {
  const all = Object.entries({...own, ...envFile, ...config, ...facts})
  return Object.fromEntries(all.filter((entry): entry is [string, string] => entry[1] !== undefined && !OURS.includes(entry[0])))
}

/**
 * The env file of a profile: `.env` when there is one, or the file the configuration names. Secrets live here and
 * nowhere else. A symbolic link is followed: mounted secrets are links. Throws `config-invalid`.
 */
export async function readEnvFile(directory: string, {env_file: named}: Pick<GatewayConfig, 'env_file'>): Promise<Variables> {
  const path = resolve(directory, named ?? '.env')
  let real: string
  try {
    real = await realpath(path)
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException
    if (named === undefined && code === 'ENOENT') return {}
    throw unusable(path, code === 'ENOENT' ? 'it does not exist' : `it cannot be read (${code})`)
  }

  const read = await readSmallFile(real)
  if (!read.ok) throw unusable(path, read.detail)
  const {mode} = await stat(real)
  if (!isWindows && mode & 0o077) say(`warning: ${path} can be read by other users; run: chmod 600 ${path}`)
  return parseEnv(read.text) as Variables
}

const unusable = (path: string, why: string) =>
  new HermesError('config-invalid', `the env_file ${path} cannot be used: ${why}`, {
    suggestions: [`Create ${path} or change gateway.env_file.`],
  })

/** Where the program starts. Throws `config-invalid` when that is no directory. */
export async function workingDirectory(directory: string, {working_directory}: Pick<GatewayConfig, 'working_directory'>): Promise<string> {
  const path = resolve(directory, working_directory)
  const found = await stat(path).catch(() => undefined)
  if (found?.isDirectory()) return path
  throw new HermesError('config-invalid', `the working_directory ${path} ${found ? 'is no directory' : 'does not exist'}`)
}
