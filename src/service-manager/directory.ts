import {randomBytes} from 'node:crypto'
import {lstatSync, mkdirSync, renameSync, rmSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'

import {notOwned, notRegistered, ServiceManagerError} from './errors.js'
import type {Host} from './host.js'
import {namesIn} from './names-in.js'
import {recordOf, specIn} from './record.js'
import {serviceStem} from './service-name.js'
import type {InstallResult, ServiceSpec} from './types.js'

/** One file of a service directory. */
export interface DefinitionFile {
  readonly text: string
  /** Permission bits: 0o755 for a script. */
  readonly mode: number
}

/** By name relative to the directory of the service: `run`, `log/run`. */
export type DefinitionFiles = Readonly<Record<string, DefinitionFile>>

/** One service of this home. */
export interface ServiceDirectory {
  readonly path: string
  /** What was installed last. */
  readonly spec: ServiceSpec
}

/** How `put` places a definition. */
export interface PutOptions {
  /** Refuse with `already-registered` where there is one. */
  readonly exclusive?: boolean | undefined
  /** Written with a new one only, and never compared or replaced: what the manager or a verb changes later. */
  readonly first?: DefinitionFiles | undefined
}

/** The services of one home, for a manager that has a directory for each in one directory for all. */
export interface ServiceDirectories {
  /** Undefined where there is none. Throws `not-owned` for one that is not of this home. */
  lookUp(id: string): ServiceDirectory | undefined
  /** Throws `not-registered` or `not-owned`. */
  get(id: string): ServiceDirectory
  /** Ids of those of this home, in byte order. */
  ids(): readonly string[]
  /**
   * Makes it whole under a hidden name and renames it in, so that nobody sees half of one and of many at once one makes
   * it; or replaces, each at once, the files whose text differs. Throws `invalid-name`, `already-registered`, `not-owned`.
   */
  put(spec: ServiceSpec, files: DefinitionFiles, options?: PutOptions): Promise<InstallResult['change']>
  /** Renames it to a hidden name, which is returned: managers of directories skip those. Throws as `get` does. */
  hide(id: string): string
}

/** The file in which a directory says whose it is. */
const RECORD = 'hermes.json'
/** File names have at most 255 bytes; ours get a few more while they are made. */
const LONGEST = 240

/** `root`: the manager's directory. `prefix`: what the names of ours begin with, as in `serviceStem`. */
export function serviceDirectories(host: Host, root: string, prefix: string): ServiceDirectories {
  const pathOf = (id: string): string => join(root, serviceStem({home: host.home, id, prefix}))
  const hidden = (): string => join(root, `.${prefix}${randomBytes(8).toString('hex')}`)
  const ours = (path: string): ServiceSpec | undefined => specIn(host.readText(join(path, RECORD)), host.home)

  const lookUp = (id: string): ServiceDirectory | undefined => {
    const path = pathOf(id)
    const spec = ours(path)
    // A copy of another one's directory says another id.
    if (spec?.id === id) return {path, spec}
    if (!isThere(path)) return undefined
    throw notOwned(`${path} was not made by hermes for ${host.home}`)
  }

  const get = (id: string): ServiceDirectory => {
    const found = lookUp(id)
    if (found) return found
    throw notRegistered(id, `there is no ${pathOf(id)}`)
  }

  return {
    get,
    hide(id) {
      const gone = hidden()
      renameSync(get(id).path, gone)
      return gone
    },
    ids: () =>
      namesIn(root)
        .filter((name) => name.startsWith(prefix))
        .flatMap((name) => {
          const id = ours(join(root, name))?.id
          return id !== undefined && pathOf(id) === join(root, name) ? [id] : []
        })
        .sort(),
    lookUp,
    async put(spec, files, {exclusive, first} = {}) {
      const path = pathOf(spec.id)
      if (path.length - root.length > LONGEST) throw new ServiceManagerError('invalid-name', `"${spec.id}" is too long for a file name`)
      const all = {...files, [RECORD]: {mode: 0o644, text: recordOf(spec)}}
      if (!isThere(path) && publish(hidden(), path, {...all, ...first})) return 'created'
      get(spec.id)
      if (exclusive) throw new ServiceManagerError('already-registered', `service "${spec.id}" is registered already: ${path}`)
      const stale = Object.entries(all).filter(([name, {text}]) => host.readText(join(path, name)) !== text)
      for (const [name, {mode, text}] of stale) await host.writeFileAtomic(join(path, name), text, mode)
      return stale.length > 0 ? 'updated' : 'unchanged'
    },
  }
}

const isThere = (path: string): boolean => lstatSync(path, {throwIfNoEntry: false}) !== undefined

/** False when somebody else was first. */
function publish(building: string, path: string, files: DefinitionFiles): boolean {
  try {
    for (const [name, {mode, text}] of Object.entries(files)) {
      mkdirSync(dirname(join(building, name)), {mode: 0o755, recursive: true})
      writeFileSync(join(building, name), text, {flag: 'wx', flush: true, mode})
    }

    renameSync(building, path)
    return true
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException
    if (code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'ENOTDIR') return false
    throw error
  } finally {
    rmSync(building, {force: true, recursive: true})
  }
}
