import {join} from 'node:path'

import {readJsonObject, readSmallFile, writeJson} from '../host/files.js'
import {HermesError} from './errors.js'
import {isForeign} from './owner.js'
import {files} from './paths.js'

/** How the gateway knows that its program is ready. Durations in seconds. */
export type Readiness = {readonly after: number} | {readonly http: string} | {readonly port: number}

/** What `config.yaml` says of the gateway, checked and with every default filled in. Durations in seconds. */
export interface GatewayConfig {
  /** argv as it is, a line for /bin/sh, or nothing: then the gateway serves its health endpoint alone. */
  readonly command?: readonly [string, ...string[]] | string
  /** Where the program starts; relative to the profile directory. */
  readonly working_directory: string
  readonly environment: Readonly<Record<string, string>>
  /** KEY=VALUE lines, relative to the profile directory. The default one may be missing, a named one may not. */
  readonly env_file?: string
  /** How long the program may take to end after SIGTERM before it is killed. */
  readonly drain_timeout: number
  readonly ready: Readiness
  /** How long it may take to become ready before the start counts as failed. */
  readonly ready_timeout: number
}

export interface ProfileConfig {
  readonly port?: number
  readonly gateway: GatewayConfig
}

export type ParsedConfig = {ok: false; problems: readonly string[]} | {config: ProfileConfig; ok: true; warnings: readonly string[]}

export type CompileConfig = (text: string) => Promise<ParsedConfig>

/** yaml and the schema cost 40 ms and 8 MB: loaded only when the text is new. */
const compileHere: CompileConfig = async (text) => (await import('./config-schema.js')).parseConfig(text)

const cacheFile = (directory: string): string => join(directory, '.config-cache.json')

/** Raised when what a cached parse means changes, so that an older hermes' parses are not taken over. */
const CACHE_VERSION = 1

/**
 * The configuration of a profile. A missing file is an empty one. The last good parse is kept beside it together with
 * the text it came from, so that neither the supervised process nor a fleet verb pays for YAML again.
 * Throws `config-invalid` with every problem found, `storage` when the file cannot be read.
 */
export async function readConfig(directory: string, compile: CompileConfig = compileHere): Promise<ProfileConfig> {
  const path = files.config(directory)
  const text = (await readConfigText(directory)) ?? ''
  const cached = await readJsonObject(cacheFile(directory))
  if (cached.ok && cached.value.version === CACHE_VERSION && cached.value.source === text && isConfig(cached.value.config)) {
    return cached.value.config
  }

  const parsed = await compile(text)
  if (!parsed.ok) throw configInvalid(path, parsed.problems)
  // Only a cache: a read-only or full disk costs the next reader a parse, nothing else.
  if (!(await isForeign(directory))) {
    await writeJson(cacheFile(directory), {config: parsed.config, source: text, version: CACHE_VERSION}, {durable: false}).catch(() => {})
  }

  return parsed.config
}

/** Of a cache that says it is ours and up to date: enough to not crash on. */
const isConfig = (value: unknown): value is ProfileConfig =>
  typeof value === 'object' && value !== null && typeof (value as ProfileConfig).gateway?.drain_timeout === 'number'

/** Bytes. A larger one is refused before it costs time. */
export const MAX_CONFIG_BYTES = 262_144

/** The text of `config.yaml`, undefined when there is none. Throws `config-invalid` or `storage` when it cannot be read as text. */
export async function readConfigText(directory: string): Promise<string | undefined> {
  const path = files.config(directory)
  const read = await readSmallFile(path, MAX_CONFIG_BYTES)
  if (read.ok) return read.text
  if (read.why === 'missing') return undefined
  if (read.why === 'unreadable') throw new HermesError('storage', read.detail)
  throw configInvalid(path, [read.detail])
}

/** A configuration that cannot be used, with everything that is wrong with it. */
export function configInvalid(path: string, problems: readonly string[]): HermesError {
  return new HermesError('config-invalid', `${path} cannot be used: ${problems.join('; ')}`, {
    suggestions: [`Mend ${path} and try again.`],
  })
}
