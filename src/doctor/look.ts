import type {Selection, ServiceStatus} from '@hermes-cli/service-manager'

import {lstat, stat} from 'node:fs/promises'
import {join} from 'node:path'

import {oursOnly} from '../gateway/locate.js'
import {gatewayStatus, type GatewayStatus} from '../gateway/status.js'
import {elsewhereText, supervisionOf} from '../gateway/supervision.js'
import {mapBounded} from '../host/concurrent.js'
import {asError} from '../host/errors.js'
import {isWindows} from '../host/platform.js'
import {readConfig} from '../profile/config.js'
import {files} from '../profile/paths.js'
import {preferredPort} from '../profile/port.js'
import {halfRenamed} from '../profile/recover.js'
import {scanProfiles, type ProfileEntry} from '../profile/scan.js'
import {temporaryHome} from '../profile/temporary.js'
import type {BrokenPlugin, FileFacts, HomeFacts, ManagerFacts, ProfileFacts, Registration} from './types.js'

/** Each asks programs of the service managers. */
const AT_ONCE = 8

export interface Looking {
  readonly home: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly usable: readonly Selection[]
  readonly broken: readonly BrokenPlugin[]
}

/** Looks at everything and changes nothing. One profile or manager that cannot be looked at says so and hides no other. */
export async function look({broken, environment, home, usable}: Looking): Promise<HomeFacts> {
  const ours = usable.map((one) => oursOnly(one))
  const scan = await scanProfiles(home).catch((error: unknown) => ({
    bad: [{because: asError(error).message, name: ''}],
    entries: [],
    warnings: [],
  }))
  const supervision = await supervisionOf(home)
  return {
    bad: scan.bad,
    broken,
    elsewhere: supervision.by === 'elsewhere' ? elsewhereText(supervision.record) : undefined,
    halfRenamed: await halfRenamed(home).catch(() => undefined),
    home,
    managers: await Promise.all(ours.map((one) => lookAtManager(one))),
    profiles: await mapBounded(scan.entries, AT_ONCE, (entry) => lookAtProfile(entry, ours)),
    temporary: await temporaryHome(home, environment),
    warnings: scan.warnings,
  }
}

const registrationOf = ({backend, label, scope}: Selection): Omit<Registration, 'enabled'> => ({
  bootPersistence: backend.supports.bootPersistence,
  kind: backend.kind,
  label,
  scope,
  scoped: backend.supports.scopes.length > 1,
})

async function lookAtManager(selection: Selection): Promise<ManagerFacts> {
  const failures: string[] = []
  const asked = async <T>(question: Promise<readonly T[]> | undefined): Promise<readonly T[]> => {
    try {
      return (await question) ?? []
    } catch (error) {
      failures.push(asError(error).message)
      return []
    }
  }

  const services = await asked(selection.manager.list())
  const findings = await asked(selection.manager.doctor?.())
  return {...registrationOf(selection), failures, findings, services}
}

async function lookAtProfile({directory, name}: ProfileEntry, usable: readonly Selection[]): Promise<ProfileFacts> {
  const unreadable: string[] = []
  const told = async <T>(work: Promise<T>): Promise<T | undefined> =>
    work.catch((error: unknown) => {
      unreadable.push(asError(error).message)
      return undefined
    })

  const config = await readConfig(directory).then(
    ({port}) => ({ok: true as const, port: port ?? preferredPort(name)}),
    (error: unknown) => ({because: asError(error).message, ok: false as const}),
  )
  const registrations: Registration[] = []
  let service: ServiceStatus = {state: 'absent'}
  for (const selection of usable) {
    const found = await told(selection.manager.status(name))
    if (!found || found.state === 'absent') continue
    if (registrations.length === 0 || found.state === 'running') service = found
    registrations.push({...registrationOf(selection), enabled: 'enabled' in found ? found.enabled : null})
  }

  const status: GatewayStatus | undefined = await told(gatewayStatus(name, directory, {status: async () => service}))
  const [place, secrets, lock] = await Promise.all([
    told(factsOf(directory, {follow: true})),
    told(factsOf(join(directory, '.env'), {follow: true})),
    told(factsOf(files.lock(directory), {follow: false})),
  ])
  return {config, directory: place, lock, name, registrations, secrets, status, unreadable}
}

async function factsOf(path: string, {follow}: {follow: boolean}): Promise<FileFacts | undefined> {
  // Permissions there are no bits.
  if (isWindows) return undefined
  try {
    const found = await (follow ? stat(path) : lstat(path))
    return {is: found.isFile() ? 'file' : found.isDirectory() ? 'directory' : 'other', mode: found.mode & 0o777, path, uid: found.uid}
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
