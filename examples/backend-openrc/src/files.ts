import {serviceStem, ServiceManagerError, type Host, type ServiceSpec} from '@hermes-cli/service-manager'

import {randomBytes} from 'node:crypto'
import {linkSync, lstatSync, mkdirSync, readdirSync, rmSync, symlinkSync} from 'node:fs'
import {dirname, join} from 'node:path'

import {readScript} from './render.js'

const SCRIPTS = '/etc/init.d'
const PREFIX = 'hermes-gateway-'
/** File names have at most 255 bytes, and a pid file gets a few more. */
const LONGEST = 240

export interface Script {
  readonly name: string
  readonly path: string
  readonly spec: ServiceSpec
  readonly text: string
}

/** Among the services of a machine every home has a hash in its names. Throws `invalid-name`. */
export function nameOf(host: Host, id: string): string {
  const name = serviceStem({home: host.home, id, prefix: PREFIX})
  if (name.length <= LONGEST) return name
  throw new ServiceManagerError('invalid-name', `"${id.slice(0, 20)}…" is too long for the name of a service`)
}

/** Throws `not-owned`. */
export function find(host: Host, id: string): Script | undefined {
  const name = nameOf(host, id)
  const path = join(SCRIPTS, name)
  if (!lstatSync(path, {throwIfNoEntry: false})) return undefined
  const text = host.readText(path)
  const spec = readScript(text ?? '', host.home)
  if (spec?.id === id) return {name, path, spec, text: text!}
  // Taken away between the two looks.
  if (!lstatSync(path, {throwIfNoEntry: false})) return undefined
  throw new ServiceManagerError('not-owned', `${path} was not made by hermes for ${host.home}; it is left alone`, {
    suggestions: ['Remove it by hand if nothing needs it, then try again.'],
  })
}

/** Throws `not-registered` or `not-owned`. */
export function get(host: Host, id: string): Script {
  const found = find(host, id)
  if (found) return found
  throw new ServiceManagerError('not-registered', `no service "${id}" is registered: there is no ${join(SCRIPTS, nameOf(host, id))}`)
}

/** Of this home. */
export const ids = (host: Host): string[] =>
  readdirSync(SCRIPTS)
    .filter((name) => name.startsWith(PREFIX))
    .flatMap((name) => readScript(host.readText(join(SCRIPTS, name)) ?? '', host.home)?.id ?? [])
    .sort()

/** False when somebody else was first. */
export async function create(host: Host, id: string, text: string): Promise<boolean> {
  // OpenRC passes over hidden files.
  const temporary = join(SCRIPTS, `.${randomBytes(8).toString('hex')}`)
  await host.writeFileAtomic(temporary, text, 0o755)
  try {
    linkSync(temporary, join(SCRIPTS, nameOf(host, id)))
    return true
  } catch (error) {
    if (isThere(error)) return false
    throw error
  } finally {
    rmSync(temporary, {force: true})
  }
}

const isThere = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'EEXIST'

const link = (name: string): string => join('/etc/runlevels/default', name)

export const isEnabled = ({name}: Pick<Script, 'name'>): boolean => lstatSync(link(name), {throwIfNoEntry: false}) !== undefined

/** As `rc-update add` and `rc-update delete` do. */
export function setEnabled({name, path}: Script, enabled: boolean): void {
  if (!enabled) return rmSync(link(name), {force: true})
  mkdirSync(dirname(link(name)), {recursive: true})
  try {
    symlinkSync(path, link(name))
  } catch (error) {
    if (!isThere(error)) throw error
  }
}
