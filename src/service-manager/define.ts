import {CONTRACT_VERSION, type Backend, type Capabilities} from './types.js'

/**
 * The one export of a backend module: `export default defineBackend({...})`. Stamps the contract it was built for.
 * Getters stay getters; what is inherited is not taken along, so give it a plain object.
 */
export function defineBackend(backend: Omit<Backend, 'contract'>): Backend {
  const contract = {configurable: true, enumerable: true, value: CONTRACT_VERSION, writable: true}
  return Object.defineProperties({}, {...Object.getOwnPropertyDescriptors(backend), contract}) as Backend
}

/** What a package.json says under `hermes.backends[]`. Data only: nothing is loaded to enumerate backends. */
export interface BackendAnnouncement {
  readonly contract: number
  readonly kind: string
  /** `process.platform` values on which it is worth loading. */
  readonly platforms: readonly string[]
  /** Module path relative to the package, with a leading `./`. */
  readonly module: string
}

/** Why a loaded value is not a backend of this contract, or undefined when it is one. */
export function backendProblem(value: unknown, announced: BackendAnnouncement): string | undefined {
  if (typeof value !== 'object' || value === null) return 'the module has no default export made by defineBackend()'
  const backend = value as Partial<Backend>
  if (backend.contract !== CONTRACT_VERSION) return `built for contract ${String(backend.contract)}, this hermes speaks ${CONTRACT_VERSION}`
  if (backend.kind !== announced.kind) return `announced as "${announced.kind}" but exports kind "${String(backend.kind)}"`
  if (typeof backend.label !== 'string' || typeof backend.rank !== 'number' || !Number.isFinite(backend.rank))
    return 'label or rank is missing'
  if (typeof backend.detect !== 'function' || typeof backend.connect !== 'function') return 'detect() or connect() is missing'
  return capabilityProblem(backend.supports)
}

const SWITCHES = ['bootPersistence', 'logs', 'offlineInstall', 'readiness', 'runtimeRegistration'] as const

/** A capability that is left out must not read as one that is not there. */
function capabilityProblem(supports: Partial<Capabilities> | null | undefined): string | undefined {
  if (typeof supports !== 'object' || supports === null) return 'supports is missing'
  const missing = SWITCHES.find((name) => typeof supports[name] !== 'boolean')
  if (missing) return `supports.${missing} is neither true nor false`
  if (supports.exitCodes !== 'manager' && supports.exitCodes !== 'none') return 'supports.exitCodes is neither "manager" nor "none"'
  const scopes: readonly unknown[] = Array.isArray(supports.scopes) ? supports.scopes : []
  if (scopes.length === 0) return 'supports.scopes names no scope'
  const known = scopes.every((scope) => scope === 'system' || scope === 'user') && new Set(scopes).size === scopes.length
  return known ? undefined : 'supports.scopes may name "user" and "system", each once'
}
