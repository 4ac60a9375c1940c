import {serviceStem, ServiceManagerError, type ServiceSpec} from '@hermes-cli/service-manager'

import {randomBytes} from 'node:crypto'
import {linkSync, lstatSync, readdirSync, rmSync} from 'node:fs'
import {join} from 'node:path'

import type {Site} from './locate.js'
import {readDefinition, type Definition} from './render.js'

const PREFIX = 'hermes-gateway-'
/** File names have at most 255 bytes, and logs have numbers after their names. */
const LONGEST = 240

export interface ProgramFile extends Definition {
  /** Of the program and its group. */
  readonly name: string
  readonly path: string
  readonly text: string
}

/** Among the programs of a machine every home has a hash in its names. Throws `invalid-name`. */
export function nameOf({host}: Site, id: string): string {
  const name = serviceStem({home: host.home, id, prefix: PREFIX})
  if (name.length <= LONGEST) return name
  throw new ServiceManagerError('invalid-name', `"${id.slice(0, 20)}…" is too long for the names of files of supervisord`)
}

/** Throws `not-owned`. */
export function find(site: Site, id: string): ProgramFile | undefined {
  const name = nameOf(site, id)
  const path = join(site.directory, name + site.suffix)
  if (!lstatSync(path, {throwIfNoEntry: false})) return undefined
  const text = site.host.readText(path) ?? ''
  const definition = readDefinition(text, site.host.home)
  if (definition?.spec.id === id) return {...definition, name, path, text}
  throw new ServiceManagerError('not-owned', `${path} was not made by hermes for ${site.host.home}; it is left alone`, {
    suggestions: ['Remove it by hand if nothing needs it, then try again.'],
  })
}

/** Throws `not-registered` or `not-owned`. */
export function get(site: Site, id: string): ProgramFile {
  const found = find(site, id)
  if (found) return found
  throw new ServiceManagerError(
    'not-registered',
    `no service "${id}" is registered with supervisord: there is no ${nameOf(site, id)}${site.suffix} in ${site.directory}`,
  )
}

/** Of this home. */
export const ids = (site: Site): string[] =>
  readdirSync(site.directory)
    .filter((name) => name.startsWith(PREFIX) && name.endsWith(site.suffix))
    .flatMap((name) => readDefinition(site.host.readText(join(site.directory, name)) ?? '', site.host.home)?.spec.id ?? [])
    .sort()

/** False when somebody else was first. */
export async function create(site: Site, {id}: ServiceSpec, text: string): Promise<boolean> {
  const name = nameOf(site, id)
  // No pattern that includes files takes a hidden one.
  const temporary = join(site.directory, `.${randomBytes(8).toString('hex')}`)
  await site.host.writeFileAtomic(temporary, text, 0o644)
  try {
    linkSync(temporary, join(site.directory, name + site.suffix))
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(temporary, {force: true})
  }
}
