import {isServiceManagerError, ServiceManagerError} from './errors.js'
import type {InstallOptions, InstallOutcome, InstallRequest, ServiceManager, ServiceSpec} from './types.js'

const ID = /^[a-z0-9][a-z0-9_-]{0,250}$/
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/

export type CheckedServiceManager = ServiceManager & Required<Pick<ServiceManager, 'installMany'>>

/** Throws `invalid-name` unless `id` can be a profile name. */
export function checkId(id: string): void {
  if (typeof id !== 'string' || !ID.test(id)) {
    throw new ServiceManagerError('invalid-name', `${JSON.stringify(id)} cannot be a service id: it must match ${ID.source}`)
  }
}

/** Throws `invalid-spec` or `invalid-name` with the first thing that is wrong. */
export function checkSpec(spec: ServiceSpec): void {
  checkId(spec.id)
  const refuse = (why: string): never => {
    throw new ServiceManagerError('invalid-spec', `the service definition of "${spec.id}" is unusable: ${why}`)
  }

  const texts: Array<[string, string]> = [
    ['description', spec.description],
    ['home', spec.home],
    ['workingDirectory', spec.workingDirectory],
    ['logDirectory', spec.logDirectory],
    ...spec.command.map((word, index): [string, string] => [`command[${index}]`, word]),
    ...Object.entries(spec.environment).map(([name, value]): [string, string] => [`environment.${name}`, value]),
  ]
  for (const [name, text] of texts) {
    if (typeof text !== 'string' || text.includes('\0')) refuse(`${name} is no text or has a NUL byte`)
  }

  if (/[\r\n]/.test(spec.description)) refuse('description has a line break')
  for (const path of [spec.home, spec.workingDirectory, spec.command[0]]) {
    if (!/^(?:\/|[A-Za-z]:[\\/])/.test(path) || /[\r\n]/.test(path)) refuse(`${JSON.stringify(path)} is no absolute path on one line`)
  }

  if (spec.logDirectory.startsWith('/') || spec.logDirectory.split('/').includes('..')) refuse('logDirectory leaves the home')
  for (const name of Object.keys(spec.environment)) if (!VARIABLE.test(name)) refuse(`${JSON.stringify(name)} is no variable name`)
  for (const name of ['startSeconds', 'stopSeconds'] as const) {
    if (!Number.isFinite(spec[name]) || spec[name] < 0) refuse(`${name} is no length of time`)
  }
}

/** Backends may throw anything; callers see only coded errors. */
async function coded<T>(verb: string, id: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (isServiceManagerError(error)) throw error
    const {code, message} = error as NodeJS.ErrnoException
    const known = code === 'EACCES' || code === 'EPERM' || code === 'EROFS' ? 'permission' : 'unavailable'
    throw new ServiceManagerError(known, `could not ${verb} "${id}": ${message ?? String(error)}`, {cause: error})
  }
}

/** A manager whose arguments are checked once, whose errors are coded, and that always has `installMany`. */
export function checked(manager: ServiceManager): CheckedServiceManager {
  const install = async (spec: ServiceSpec, options: InstallOptions) => {
    checkSpec(spec)
    return coded('install', spec.id, () => manager.install(spec, options))
  }

  const on = <T>(verb: string, id: string, run: () => Promise<T>): Promise<T> =>
    coded(verb, id, async () => {
      checkId(id)
      return run()
    })

  const result: CheckedServiceManager = {
    install,
    installMany: (requests) => installMany(manager, install, requests),
    list: () => coded('list', 'all services', async () => [...(await manager.list())].sort()),
    restart: (id) => on('restart', id, () => manager.restart(id)),
    start: (id) => on('start', id, () => manager.start(id)),
    status: (id) => on('read the status of', id, () => manager.status(id)),
    stop: (id, options) => on('stop', id, () => manager.stop(id, options)),
    uninstall: (id) => on('uninstall', id, () => manager.uninstall(id)),
  }
  if (manager.logs) {
    result.logs = (id, options) => {
      checkId(id)
      return manager.logs!(id, options)
    }
  }

  if (manager.doctor) result.doctor = () => coded('examine', 'the service manager', () => manager.doctor!())
  return result
}

async function installMany(
  manager: ServiceManager,
  install: ServiceManager['install'],
  requests: readonly InstallRequest[],
): Promise<readonly InstallOutcome[]> {
  const outcomes = new Map<string, InstallOutcome>()
  const sound: InstallRequest[] = []
  for (const request of requests) {
    try {
      checkSpec(request.spec)
      sound.push(request)
    } catch (error) {
      outcomes.set(request.spec.id, {error: error as Error, id: request.spec.id, ok: false})
    }
  }

  if (manager.installMany && sound.length > 0) {
    const many = await coded('install', 'the services', () => manager.installMany!(sound))
    for (const outcome of many) outcomes.set(outcome.id, outcome)
  } else {
    for (const {options, spec} of sound) {
      try {
        outcomes.set(spec.id, {id: spec.id, ok: true, result: await install(spec, options)})
      } catch (error) {
        outcomes.set(spec.id, {error: error as Error, id: spec.id, ok: false})
      }
    }
  }

  const lost = (id: string): InstallOutcome => ({
    error: new ServiceManagerError('unavailable', `the backend gave no answer for "${id}"`),
    id,
    ok: false,
  })
  return requests.map(({spec}) => outcomes.get(spec.id) ?? lost(spec.id))
}
