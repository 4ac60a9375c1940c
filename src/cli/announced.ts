import {ModuleLoader, type Interfaces} from '@oclif/core'
import {backendProblem, CONTRACT_VERSION, type Backend, type BackendAnnouncement, type Considered} from '@hermes-cli/service-manager'

import {resolve} from 'node:path'

import {asError} from '../host/errors.js'
import {withinLimit} from '../host/limit.js'
import {oneLine} from '../host/text.js'
import {HermesError} from '../profile/errors.js'
import {nearMisses} from '../profile/suggest.js'

/** One entry of a plugin's package.json. */
export interface Announced {
  readonly announcement: BackendAnnouncement
  readonly plugin: Interfaces.Plugin
}

/** Milliseconds a module may take to load: one that waits for ever must not make hermes wait. */
const LOADING = 5000

/** What the plugins' package.json files announce: data, nothing is loaded. Malformed entries are `malformed`. */
export function announcedBackends(config: Pick<Interfaces.Config, 'getPluginsList'>): Announced[] {
  const found: Announced[] = []
  for (const plugin of config.getPluginsList()) {
    const {hermes} = plugin.pjson as {hermes?: {backends?: unknown}}
    if (!Array.isArray(hermes?.backends)) continue
    for (const entry of hermes.backends as Array<Partial<BackendAnnouncement> | null>) {
      if (typeof entry?.kind === 'string' && typeof entry.module === 'string') {
        const {contract = 0, kind, module, platforms} = entry
        found.push({announcement: {contract, kind, module, platforms: Array.isArray(platforms) ? platforms : []}, plugin})
      }
    }
  }

  // A kind of ours stays ours, in whatever order oclif loads.
  return found.sort((a, b) => Number(b.plugin.type === 'core') - Number(a.plugin.type === 'core'))
}

/** Entries that announce nothing, each with what it lacks. */
export function malformed(config: Pick<Interfaces.Config, 'getPluginsList'>): Considered[] {
  return config.getPluginsList().flatMap((plugin) => {
    const {hermes} = plugin.pjson as {hermes?: {backends?: unknown}}
    const backends = hermes?.backends
    if (backends === undefined) return []
    const entries: unknown[] = Array.isArray(backends) ? backends : [undefined]
    return entries.flatMap((entry, index) => {
      const problem = Array.isArray(backends) ? entryProblem(entry) : 'is no list'
      if (problem === undefined) return []
      const where = Array.isArray(backends) ? `hermes.backends[${index}]` : 'hermes.backends'
      return [refusal(plugin.name, plugin.name, `the plugin is broken: ${where} in its package.json ${problem}`)]
    })
  })
}

function entryProblem(entry: unknown): string | undefined {
  if (typeof entry !== 'object' || entry === null) return 'is no object'
  const {kind, module} = entry as Partial<BackendAnnouncement>
  if (typeof kind !== 'string') return 'has no "kind"'
  return typeof module === 'string' ? undefined : 'has no "module"'
}

export const refusal = (kind: string, plugin: string, because: string): Considered => ({
  because,
  broken: true,
  kind,
  label: kind,
  plugin,
  rank: 0,
  usable: false,
})

/** Imports one backend. Throws with one sentence when it is none: a broken plugin must never break hermes. */
export async function load({announcement, plugin}: Announced): Promise<Backend> {
  const {contract} = announcement
  if (contract !== CONTRACT_VERSION) throw new Error(`built for contract ${contract}, this hermes speaks ${CONTRACT_VERSION}`)
  // Absolute: a relative one is looked for beside @oclif/core's own files first, and ./index.js is there.
  const path = resolve(plugin.root, announcement.module)
  const module = await withinLimit(ModuleLoader.load<{default?: unknown}>(plugin, path), LOADING).catch((error: unknown) => {
    throw new Error(`it cannot be loaded: ${told(asError(error).message)}`)
  })
  const problem = backendProblem(module.default, announcement)
  if (problem) throw new Error(problem)
  return module.default as Backend
}

/** Without what oclif puts around the words of Node. */
const told = (message: string): string =>
  message
    .split('\n')[0]!
    .replace(/^\[MODULE_NOT_FOUND\] .*? failed to load .*?: /, '')
    .replace(/ imported from .*[/\\]module-loader\.js$/, '')

/** Two plugins of one kind: one of ours keeps it, else the first one loaded, and the other is named and left out. */
export function refuseDuplicates(announced: readonly Announced[]): {first: Announced[]; refused: Considered[]} {
  const seen = new Map<string, string>()
  const first: Announced[] = []
  const refused: Considered[] = []
  for (const entry of announced) {
    const {kind} = entry.announcement
    const owner = seen.get(kind)
    if (owner === undefined) {
      seen.set(kind, entry.plugin.name)
      first.push(entry)
    } else {
      refused.push(refusal(kind, entry.plugin.name, `"${kind}" already comes from ${owner}`))
    }
  }

  return {first, refused}
}

/** Of a name that no plugin has a backend for, with those that were most likely meant. */
export function unknownBackend(kind: string, known: readonly string[]): HermesError {
  const near = nearMisses(kind, known)
  const hint = near.length > 0 ? [`Did you mean ${near.map((one) => `"${one}"`).join(' or ')}?`] : []
  return new HermesError('usage', `no installed plugin has a backend "${oneLine(kind)}"`, {
    suggestions: [...hint, 'List them: hermes backend'],
  })
}

/** Throws `usage`. */
export function checkBackend(config: Pick<Interfaces.Config, 'getPluginsList'>, kind: string): void {
  const known = announcedBackends(config).map(({announcement}) => announcement.kind)
  if (!known.includes(kind)) throw unknownBackend(kind, [...new Set(known)])
}
