import {ModuleLoader, type Interfaces} from '@oclif/core'
import {
  backendProblem,
  checked,
  ServiceManagerError,
  type Backend,
  type BackendAnnouncement,
  type Considered,
  type DetectionResult,
  type Host,
  type HostFacts,
  type Selection,
} from '@hermes-cli/service-manager'

interface Announced {
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
async function load({announcement, plugin}: Announced): Promise<Backend> {
  const module = await ModuleLoader.load<{default?: unknown}>(plugin, announcement.module).catch((error: unknown) => {
    throw new Error(`it cannot be loaded: ${(error as Error).message.split('\n')[0]}`)
  })
  const problem = backendProblem(module.default, announcement)
  if (problem) throw new Error(problem)
  return module.default as Backend
}

interface Examined {
  readonly considered: Considered
  readonly backend?: Backend
}

async function examine(announced: Announced, facts: HostFacts): Promise<Examined> {
  const {announcement, plugin} = announced
  const about = {kind: announcement.kind, label: announcement.kind, plugin: plugin.name, rank: 0, usable: false}
  if (!announcement.platforms.includes(facts.platform)) {
    return {considered: {...about, because: `made for ${announcement.platforms.join(', ') || 'no platform'}, this is ${facts.platform}`}}
  }

  try {
    const backend = await load(announced)
    const {because, label, usable} = backend.detect(facts)
    return {backend, considered: {...about, because, label: label ?? backend.label, rank: backend.rank, usable}}
  } catch (error) {
    return {considered: {...about, because: `the plugin is broken: ${(error as Error).message}`}}
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
    .filter((entry) => entry.considered.usable && entry.backend !== undefined)
    .sort((a, b) => byRank(a.considered, b.considered))
    .map((entry) => select(entry.backend!, host, entry.considered.label))
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
    return select(backend, host, backend.detect(host).label ?? backend.label)
  } catch (error) {
    throw new ServiceManagerError('unavailable', `the backend "${kind}" of ${announced.plugin.name} is broken: ${(error as Error).message}`)
  }
}
