import {ModuleLoader, type Interfaces} from '@oclif/core'
import {
  backendProblem,
  checked,
  ServiceManagerError,
  type Backend,
  type BackendAnnouncement,
  type Considered,
  type Detection,
  type DetectionResult,
  type Host,
  type Selection,
} from '@hermes-cli/service-manager'

import {resolve} from 'node:path'

import {asError} from '../host/errors.js'

interface Announced {
  readonly announcement: BackendAnnouncement
  readonly plugin: Interfaces.Plugin
}

/** What the plugins' package.json files announce: data, nothing is loaded. Malformed entries are no announcements. */
function announcedBackends(config: Pick<Interfaces.Config, 'getPluginsList'>): Announced[] {
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
async function load({announcement, plugin}: Announced): Promise<Backend> {
  // Absolute: a relative one is looked for beside @oclif/core's own files first, and ./index.js is there.
  const path = resolve(plugin.root, announcement.module)
  const module = await ModuleLoader.load<{default?: unknown}>(plugin, path).catch((error: unknown) => {
    throw new Error(`it cannot be loaded: ${asError(error).message.split('\n')[0]}`)
  })
  const problem = backendProblem(module.default, announcement)
  if (problem) throw new Error(problem)
  return module.default as Backend
}

/** What the backend says of this machine. Throws when it says nothing. */
function detection(backend: Backend, host: Host): Required<Detection> {
  const {because, label = backend.label, usable} = backend.detect(host)
  if (typeof usable !== 'boolean') throw new Error('detect() does not say whether it is usable')
  return {because, label, usable}
}

interface Examined {
  readonly considered: Considered
  /** Of a usable one. */
  readonly selection?: Selection
}

async function examine(announced: Announced, host: Host): Promise<Examined> {
  const {announcement, plugin} = announced
  const about = {kind: announcement.kind, label: announcement.kind, plugin: plugin.name, rank: 0, usable: false}
  if (!announcement.platforms.includes(host.platform)) {
    return {considered: {...about, because: `made for ${announcement.platforms.join(', ') || 'no platform'}, this is ${host.platform}`}}
  }

  try {
    const backend = await load(announced)
    const {because, label, usable} = detection(backend, host)
    const considered = {...about, because, label, rank: backend.rank, usable}
    return usable ? {considered, selection: select(backend, host, label)} : {considered}
  } catch (error) {
    return {considered: {...about, because: `the plugin is broken: ${asError(error).message}`}}
  }
}

/** Two plugins of one kind: the first one loaded keeps it, the other is named and left out. */
function refuseDuplicates(announced: readonly Announced[]): {first: Announced[]; refused: Considered[]} {
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

/** Asks every backend whether it is usable here, and chooses. `HERMES_BACKEND` wins over rank, but not over "unusable". */
export async function detectBackends(config: Pick<Interfaces.Config, 'getPluginsList'>, host: Host): Promise<DetectionResult> {
  const {first, refused} = refuseDuplicates(announcedBackends(config))
  const examined = await Promise.all(first.map((entry) => examine(entry, host)))
  const byRank = (a: {kind: string; rank: number}, b: {kind: string; rank: number}) => b.rank - a.rank || (a.kind < b.kind ? -1 : 1)
  const considered = [...examined.map((entry) => entry.considered), ...refused].sort(byRank)
  const usable = examined
    .sort((a, b) => byRank(a.considered, b.considered))
    .map(({selection}) => selection)
    .filter((selection) => selection !== undefined)
  const wanted = host.environment.HERMES_BACKEND
  const selection = wanted ? usable.find(({backend}) => backend.kind === wanted) : usable[0]
  return {considered, selection, usable}
}

function select(backend: Backend, host: Host, label: string): Selection {
  return {backend, label, manager: checked(backend.connect(host))}
}

/** One backend by its kind, whether it is usable now or not. Throws `unavailable`. */
export async function connectBackend(config: Pick<Interfaces.Config, 'getPluginsList'>, host: Host, kind: string): Promise<Selection> {
  const announced = announcedBackends(config).find(({announcement}) => announcement.kind === kind)
  if (!announced) throw new ServiceManagerError('unavailable', `no installed plugin has a backend "${kind}"`)
  try {
    const backend = await load(announced)
    return select(backend, host, detection(backend, host).label)
  } catch (error) {
    throw new ServiceManagerError('unavailable', `the backend "${kind}" of ${announced.plugin.name} is broken: ${asError(error).message}`)
  }
}
