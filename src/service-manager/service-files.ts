import {randomBytes} from 'node:crypto'
import {closeSync, fsyncSync, linkSync, lstatSync, mkdirSync, openSync, rmSync} from 'node:fs'
import {join} from 'node:path'

import type {DefinitionClaim, DefinitionPlace, OwnDefinition, ServiceFiles} from './definition.js'
import {putDefinition} from './definition-put.js'
import {notOwned, notRegistered} from './errors.js'
import type {Host} from './host.js'
import {namesIn} from './names-in.js'
import type {ServiceSpec} from './types.js'

/** For managers with one file for each service, as `serviceDirectories` is for those with a directory. */
export function serviceFiles<T extends {readonly spec: ServiceSpec}>(host: Host, place: DefinitionPlace<T>): ServiceFiles<T> {
  const {directory, directoryMode = 0o755, isName, mode = 0o644, nameOf, read} = place
  const pathOf = (id: string): string => join(directory, nameOf(id))

  const claimAt = (name: string): DefinitionClaim<T> => {
    const path = join(directory, name)
    const found = lstatSync(path, {throwIfNoEntry: false})
    if (!found) return {is: 'absent'}
    const text = host.readText(path)
    const ours = text === undefined ? undefined : read(text)
    // Taken away, between the two looks.
    if (!ours && !lstatSync(path, {throwIfNoEntry: false})) return {is: 'absent'}
    if (!ours) return {because: `${path} was not written by hermes`, is: 'foreign'}
    const {home} = ours.spec
    if (home !== host.home) return {because: `${path} belongs to the hermes home ${home}`, home, is: 'foreign'}
    return {...ours, is: 'ours', linked: found.isSymbolicLink(), path, text: text!}
  }

  const claim = (id: string): DefinitionClaim<T> => {
    const found = claimAt(nameOf(id))
    if (found.is !== 'ours' || found.spec.id === id) return found
    return {because: `${found.path} says that it is of "${found.spec.id}"`, is: 'foreign'}
  }

  const lookUp = (id: string): OwnDefinition<T> | undefined => {
    const found = claim(id)
    if (found.is === 'foreign') throw notOwned(found.because)
    return found.is === 'ours' ? found : undefined
  }

  const create = async (id: string, text: string): Promise<boolean> => {
    mkdirSync(directory, {mode: directoryMode, recursive: true})
    // Managers pass over hidden names.
    const temporary = join(directory, `.hermes-${randomBytes(8).toString('hex')}`)
    await host.writeFileAtomic(temporary, text, mode)
    try {
      linkSync(temporary, pathOf(id))
      rmSync(temporary)
      syncDirectory(directory)
      return true
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
      throw error
    } finally {
      rmSync(temporary, {force: true})
    }
  }

  const names = (): readonly string[] => namesIn(directory).filter((name) => isName(name))

  // A file may say anything of itself, an impossible id too.
  const isNamed = (id: string, name: string): boolean => {
    try {
      return nameOf(id) === name
    } catch {
      return false
    }
  }

  const files: ServiceFiles<T> = {
    all: () =>
      names()
        .map((name) => ({found: claimAt(name), name}))
        .flatMap(({found, name}) => (found.is === 'ours' && isNamed(found.spec.id, name) ? [found] : []))
        .sort((a, b) => (a.spec.id < b.spec.id ? -1 : 1)),
    claim,
    claimAt,
    create,
    get(id) {
      const found = lookUp(id)
      if (found) return found
      throw notRegistered(id, `there is no ${pathOf(id)}`)
    },
    lookUp,
    names,
    pathOf,
    put: (spec, text, options = {}) => putDefinition(host, {...place, ...files, mode}, {spec, text}, options),
  }
  return files
}

/** So that its name outlives a power cut, as its text does. Some network file systems do not. */
function syncDirectory(path: string): void {
  let fd: number | undefined
  try {
    fd = openSync(path, 'r')
    fsyncSync(fd)
  } catch {
    // Then it is as durable as that file system is.
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}
