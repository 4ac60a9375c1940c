/*
 * The reference backend: a small supervisor inside this very process. It is documentation, a test double, and what the
 * mutants of the conformance kit are made from. It wins only where HERMES_BACKEND=memory asks for it, and what it
 * supervises ends with the process it lives in.
 */
import {isDeepStrictEqual} from 'node:util'

import {defineBackend} from './define.js'
import {ServiceManagerError} from './errors.js'
import {judgeExit} from './memory/exits.js'
import {loadLaunch, type Launch} from './memory/launch.js'
import {MemoryService, type Rules} from './memory/service.js'
import type {Backend, InstallOptions, InstallResult, ServiceManager, ServiceSpec} from './types.js'

export {judgeExit, type Verdict} from './memory/exits.js'
export {loadLaunch, type Launch} from './memory/launch.js'

/** What the reference backend does otherwise than usual, for tests. */
export interface MemoryOptions extends Partial<Rules> {
  /** Seconds a service may take to be ready when its spec does not say. */
  readonly startSeconds?: number
  /** Whether `reboot` brings back what is enabled. Default false: nothing of this is there after the process it lives in. */
  readonly bootPersistence?: boolean
  /** Runs a program. Default: a real child process. */
  readonly launch?: Launch
}

/** The reference backend, with what a harness needs. */
export interface MemoryBackend extends Backend {
  /** Kills every process of this home, or of all, and forgets the services. Resolves when they have ended. */
  dispose(home?: string): Promise<void>
  /** Kills every process of this home, then starts what is enabled. Resolves when that was told to start. */
  reboot(home: string): Promise<void>
}

type Services = Map<string, MemoryService>

/** Milliseconds a killed process may take to disappear. */
const GRACE = 5000

/** A reference backend with services of its own. It supervises child processes of this very process. */
export function createMemoryBackend(options: MemoryOptions = {}): MemoryBackend {
  // A manager outlives its connections: what one of them installs, the next one sees.
  const homes = new Map<string, Services>()
  const backend = defineBackend({
    connect({home}) {
      if (!homes.has(home)) homes.set(home, new Map())
      return manage(homes.get(home)!, options)
    },
    detect({environment}) {
      const usable = environment.HERMES_BACKEND === 'memory'
      return {because: usable ? 'HERMES_BACKEND asks for it' : 'HERMES_BACKEND does not ask for it', usable}
    },
    kind: 'memory',
    label: 'memory (services of this process)',
    rank: 0,
    supports: {
      bootPersistence: options.bootPersistence ?? false,
      exitCodes: 'manager',
      logs: true,
      offlineInstall: false,
      readiness: true,
      runtimeRegistration: true,
      scopes: ['user'],
    },
  })
  return {
    ...backend,
    async reboot(home) {
      const services = [...(homes.get(home)?.values() ?? [])]
      await Promise.all(services.map((service) => end(service, 0)))
      for (const service of services) if (service.enabled && options.bootPersistence) service.up()
    },
    async dispose(home) {
      const doomed = [...homes].filter(([one]) => home === undefined || one === home)
      for (const [one] of doomed) homes.delete(one)
      await Promise.all(doomed.flatMap(([, services]) => [...services.values()].map((service) => end(service, 0))))
    },
  }
}

/** The one that hermes would load. */
export default createMemoryBackend()

function manage(services: Services, options: MemoryOptions): ServiceManager {
  const rules: Rules = {crashLimit: 5, crashWindow: 60_000, judge: judgeExit, restartDelay: 20, ...options}

  const known = (id: string): MemoryService => {
    const service = services.get(id)
    if (service) return service
    throw new ServiceManagerError('not-registered', `no service "${id}" is registered`, {suggestions: ['Install it first.']})
  }

  const start = async (service: MemoryService, enable = true): Promise<void> => {
    if (enable) service.enabled = true
    await bringUp(service, options.startSeconds ?? 30)
  }

  return {
    async install(spec: ServiceSpec, {enable = true, exclusive, start: wanted}: InstallOptions): Promise<InstallResult> {
      const launch = options.launch ?? (await loadLaunch())
      const found = services.get(spec.id)
      if (found && exclusive) throw new ServiceManagerError('already-registered', `service "${spec.id}" is already registered`)
      const service = found ?? new MemoryService(spec, launch, rules)
      services.set(spec.id, service)
      // Comparing by content: the order of the environment is no change.
      const change = found ? (isDeepStrictEqual(found.spec, spec) ? 'unchanged' : 'updated') : 'created'
      service.spec = structuredClone(spec)
      if (wanted) await start(service, enable)
      return {change, restartDue: service.restartDue}
    },
    list: async () => [...services.keys()].sort(),
    async *logs(id, wanted) {
      yield* known(id).lines.read(wanted)
    },
    async restart(id) {
      const service = known(id)
      await end(service, service.spec.stopSeconds)
      await bringUp(service, options.startSeconds ?? 30)
    },
    start: async (id) => start(known(id)),
    status: async (id) => services.get(id)?.status() ?? {state: 'absent'},
    async stop(id, {disable = true} = {}) {
      const service = known(id)
      if (disable) service.enabled = false
      await end(service, service.spec.stopSeconds)
    },
    async uninstall(id) {
      const service = services.get(id)
      if (!service) return
      await end(service, service.spec.stopSeconds)
      if (services.get(id) === service) services.delete(id)
    },
  }
}

async function bringUp(service: MemoryService, defaultSeconds: number): Promise<void> {
  const seconds = service.spec.startSeconds ?? defaultSeconds
  service.up()
  const settled = await service.until(() => service.isUp || service.isDown, seconds * 1000)
  if (service.isUp) return
  const {id} = service.spec
  if (!settled) throw new ServiceManagerError('timeout', `"${id}" runs but was not ready within ${seconds} s`)
  const because = service.failure?.because ?? 'it ended at once'
  throw new ServiceManagerError('failed-to-start', `"${id}" did not start: ${because}`)
}

async function end(service: MemoryService, seconds: number): Promise<void> {
  service.down(seconds)
  if (await service.until(() => service.isDown, seconds * 1000 + GRACE)) return
  throw new ServiceManagerError('timeout', `"${service.spec.id}" did not end within ${seconds + GRACE / 1000} s`)
}
