import {serviceFiles, serviceStem, ServiceManagerError, type OwnDefinition} from '@hermes-cli/service-manager'

import {basename} from 'node:path'

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

export const programs = (site: Site) =>
  serviceFiles(site.host, {
    directory: site.directory,
    isName: (name) => name.startsWith(PREFIX) && name.endsWith(site.suffix),
    nameOf: (id) => nameOf(site, id) + site.suffix,
    read: readDefinition,
  })

const named = ({suffix}: Site, own: OwnDefinition<Definition>): ProgramFile => ({...own, name: basename(own.path, suffix)})

/** Throws `not-owned`. */
export function find(site: Site, id: string): ProgramFile | undefined {
  const own = programs(site).lookUp(id)
  return own && named(site, own)
}

/** Throws `not-registered` or `not-owned`. */
export const get = (site: Site, id: string): ProgramFile => named(site, programs(site).get(id))
