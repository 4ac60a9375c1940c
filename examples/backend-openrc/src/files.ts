import {
  serviceFiles,
  serviceStem,
  ServiceManagerError,
  specInComment,
  type Host,
  type OwnDefinition,
  type ServiceSpec,
} from '@hermes-cli/service-manager'

import {lstatSync, mkdirSync, rmSync, symlinkSync} from 'node:fs'
import {basename, dirname, join} from 'node:path'

const SCRIPTS = '/etc/init.d'
const PREFIX = 'hermes-gateway-'
/** File names have at most 255 bytes, and a pid file gets a few more. */
const LONGEST = 240

export type Script = OwnDefinition<{readonly spec: ServiceSpec}> & {readonly name: string}

/** Among the services of a machine every home has a hash in its names. Throws `invalid-name`. */
export function nameOf(host: Host, id: string): string {
  const name = serviceStem({home: host.home, id, prefix: PREFIX})
  if (name.length <= LONGEST) return name
  throw new ServiceManagerError('invalid-name', `"${id.slice(0, 20)}…" is too long for the name of a service`)
}

export const scripts = (host: Host) =>
  serviceFiles(host, {
    directory: SCRIPTS,
    isName: (name) => name.startsWith(PREFIX),
    mode: 0o755,
    nameOf: (id) => nameOf(host, id),
    read(text) {
      const spec = specInComment(text, '#')
      return spec && {spec}
    },
  })

const named = (own: OwnDefinition<{readonly spec: ServiceSpec}>): Script => ({...own, name: basename(own.path)})

/** Throws `not-owned`. */
export function find(host: Host, id: string): Script | undefined {
  const own = scripts(host).lookUp(id)
  return own && named(own)
}

/** Throws `not-registered` or `not-owned`. */
export const get = (host: Host, id: string): Script => named(scripts(host).get(id))

const link = (name: string): string => join('/etc/runlevels/default', name)

export const isEnabled = ({name}: Pick<Script, 'name'>): boolean => lstatSync(link(name), {throwIfNoEntry: false}) !== undefined

/** As `rc-update add` and `rc-update delete` do. */
export function setEnabled({name, path}: Script, enabled: boolean): void {
  if (!enabled) return rmSync(link(name), {force: true})
  mkdirSync(dirname(link(name)), {recursive: true})
  try {
    symlinkSync(path, link(name))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}
