import {
  checked,
  ServiceManagerError,
  type CheckedServiceManager,
  type InstallRequest,
  type ServiceSpec,
  type ServiceStatus,
} from '@hermes-cli/service-manager'

export interface Slot {
  spec: ServiceSpec
  state: 'failed' | 'running' | 'starting' | 'stopped'
}

export interface RecordingManager {
  readonly manager: CheckedServiceManager
  /** `verb id`, in the order they came. */
  readonly calls: string[]
  readonly requests: InstallRequest[]
  readonly slots: Map<string, Slot>
  /** Do not come back by themselves. */
  readonly disabled: Set<string>
  /** What a verb on an id fails with: `install coder`. */
  readonly failing: Map<string, Error>
}

/** A service manager of nothing but a table, that writes down what it is asked. */
export function recordingManager(): RecordingManager {
  const calls: string[] = []
  const requests: InstallRequest[] = []
  const slots = new Map<string, Slot>()
  const disabled = new Set<string>()
  const failing = new Map<string, Error>()
  const called = (verb: string, id: string): void => {
    calls.push(`${verb} ${id}`)
    const error = failing.get(`${verb} ${id}`)
    if (error) throw error
  }

  const slot = (id: string): Slot => {
    const found = slots.get(id)
    if (!found) throw new ServiceManagerError('not-registered', `there is no ${id}`)
    return found
  }

  const manager = checked({
    async install(spec, options) {
      requests.push({options, spec})
      called('install', spec.id)
      const before = slots.get(spec.id)
      if (!before) {
        slots.set(spec.id, {spec, state: options.start ? 'starting' : 'stopped'})
        return {change: 'created', restartDue: false}
      }

      const change = JSON.stringify(before.spec) === JSON.stringify(spec) ? 'unchanged' : 'updated'
      slots.set(spec.id, {...before, spec})
      return {change, restartDue: change === 'updated'}
    },
    async list() {
      called('list', '')
      return [...slots.keys()]
    },
    async restart(id) {
      called('restart', id)
      slot(id).state = 'running'
    },
    async start(id) {
      called('start', id)
      slot(id).state = 'running'
    },
    async status(id): Promise<ServiceStatus> {
      called('status', id)
      const found = slots.get(id)
      if (!found) return {state: 'absent'}
      const {state} = found
      const enabled = !disabled.has(id)
      if (state === 'running') return {enabled, pid: 1, ready: true, since: new Date(0), state}
      return state === 'failed' ? {because: 'it died', enabled, state} : {enabled, state}
    },
    async stop(id) {
      called('stop', id)
      slot(id).state = 'stopped'
    },
    async uninstall(id) {
      called('uninstall', id)
      slots.delete(id)
    },
  })
  return {calls, disabled, failing, manager, requests, slots}
}
