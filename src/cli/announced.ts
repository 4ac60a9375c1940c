import {ModuleLoader, type Interfaces} from '@oclif/core'
import {backendProblem, type Backend, type BackendAnnouncement, type Considered} from '@hermes-cli/service-manager'

import {resolve} from 'node:path'

import {asError} from '../host/errors.js'
import {oneLine} from '../host/text.js'
import {HermesError} from '../profile/errors.js'
import {nearMisses} from '../profile/suggest.js'

/** One entry of a plugin's package.json. */
export interface Announced {
  readonly announcement: BackendAnnouncement
  readonly plugin: Interfaces.Plugin
}

/** What the plugins' package.json files announce: data, nothing is loaded. Malformed entries are no announcements. */
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

  return found
}

/** Imports one backend. Throws with one sentence when it is none: a broken plugin must never break hermes. */
export async function load({announcement, plugin}: Announced): Promise<Backend> {
  // Absolute: a relative one is looked for beside @oclif/core's own files first, and ./index.js is there.
  const path = resolve(plugin.root, announcement.module)
  const module = await ModuleLoader.load<{default?: unknown}>(plugin, path).catch((error: unknown) => {
    throw new Error(`it cannot be loaded: ${asError(error).message.split('\n')[0]}`)
  })
  const problem = backendProblem(module.default, announcement)
  if (problem) throw new Error(problem)
  return module.default as Backend
}

/** Two plugins of one kind: the first one loaded keeps it, the other is named and left out. */
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
      refused.push({because: `"${kind}" already comes from ${owner}`, kind, label: kind, plugin: entry.plugin.name, rank: 0, usable: false})
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
