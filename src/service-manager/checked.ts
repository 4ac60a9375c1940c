import {isServiceManagerError, ServiceManagerError} from './errors.js'
import {checkId, checkSpec, normalised} from './spec.js'
import type {InstallOptions, InstallOutcome, InstallRequest, LogOptions, ServiceManager, ServiceSpec} from './types.js'

export {checkId, checkSpec} from './spec.js'

/** What `checked` makes of a manager: `installMany` is always there. */
export type CheckedServiceManager = ServiceManager & Required<Pick<ServiceManager, 'installMany'>>

const REFUSED_BY_THE_SYSTEM = ['EACCES', 'EPERM', 'EROFS']

/** Backends may throw anything; callers see only coded errors. */
function toCoded(what: string, error: unknown): Error {
  if (isServiceManagerError(error)) return error
  const {code, message} = (typeof error === 'object' && error !== null ? error : {}) as Partial<NodeJS.ErrnoException>
  const known = REFUSED_BY_THE_SYSTEM.includes(code ?? '') ? 'permission' : 'unavailable'
  return new ServiceManagerError(known, `could not ${what}: ${message ?? String(error)}`, {cause: error})
}

async function coded<T>(what: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    throw toCoded(what, error)
  }
}

/** A manager whose arguments are checked and normalised once, whose errors are coded, and that always has `installMany`. */
export function checked(manager: ServiceManager): CheckedServiceManager {
  const install = async (spec: ServiceSpec, options: InstallOptions) =>
    coded(`install "${spec.id}"`, async () => {
      checkSpec(spec)
      return manager.install(normalised(spec), options)
    })

  const on = <T>(verb: string, id: string, run: () => Promise<T>): Promise<T> =>
    coded(`${verb} "${id}"`, async () => {
      checkId(id)
      return run()
    })

  const result: CheckedServiceManager = {
    install,
    installMany: (requests) => installMany(manager, install, requests),
    list: () => coded('list the services', async () => [...(await manager.list())].sort()),
    restart: (id) => on('restart', id, () => manager.restart(id)),
    start: (id) => on('start', id, () => manager.start(id)),
    status: (id) => on('read the status of', id, () => manager.status(id)),
    stop: (id, options) => on('stop', id, () => manager.stop(id, options)),
    uninstall: (id) => on('uninstall', id, () => manager.uninstall(id)),
  }
  if (manager.logs) result.logs = (id, options) => logs(manager, id, options)
  if (manager.doctor) result.doctor = () => coded('examine the service manager', () => manager.doctor!())
  return result
}

async function* logs(manager: ServiceManager, id: string, options: LogOptions): AsyncGenerator<string> {
  try {
    checkId(id)
    yield* manager.logs!(id, options)
  } catch (error) {
    throw toCoded(`read the logs of "${id}"`, error)
  }
}

const failed = (id: string, error: unknown): InstallOutcome => ({error: toCoded(`install "${id}"`, error), id, ok: false})

/** Answers in the order of the requests, one for each. Throws only when the backend as a whole does. */
async function installMany(
  manager: ServiceManager,
  install: ServiceManager['install'],
  requests: readonly InstallRequest[],
): Promise<readonly InstallOutcome[]> {
  const refused = new Map<InstallRequest, InstallOutcome>()
  const sound = new Map<string, InstallRequest>()
  for (const request of requests) {
    const {id} = request.spec
    try {
      checkSpec(request.spec)
      if (sound.has(id)) throw new ServiceManagerError('invalid-spec', `"${id}" is asked for twice`)
      sound.set(id, {...request, spec: normalised(request.spec)})
    } catch (error) {
      refused.set(request, failed(id, error))
    }
  }

  const answers = new Map<string, InstallOutcome>()
  if (manager.installMany && sound.size > 0) {
    const many = await coded('install the services', () => manager.installMany!([...sound.values()]))
    for (const one of many) answers.set(one.id, one.ok ? one : failed(one.id, one.error))
  } else {
    for (const [id, {options, spec}] of sound) {
      try {
        answers.set(id, {id, ok: true, result: await install(spec, options)})
      } catch (error) {
        answers.set(id, failed(id, error))
      }
    }
  }

  const lost = (id: string) => failed(id, new ServiceManagerError('unavailable', `the backend gave no answer for "${id}"`))
  return requests.map((request) => refused.get(request) ?? answers.get(request.spec.id) ?? lost(request.spec.id))
}
