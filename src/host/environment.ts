import {readSmall, type FifoState, type HostFacts} from '@hermes-cli/service-manager'

import {accessSync, closeSync, constants, openSync, statSync} from 'node:fs'
import {delimiter, isAbsolute, join} from 'node:path'

import {isWindows} from './platform.js'

export type Environment = Readonly<Record<string, string | undefined>>

/** The machine as detection sees it. Synchronous: a handful of tiny files at start-up. */
export function hostFacts(environment: Environment, home: string): HostFacts {
  return {
    environment,
    findProgram: (name, first) => findProgram(name, environment, first),
    home,
    isDirectory,
    owner,
    platform: process.platform,
    probeFifo,
    readText: (path) => readSmall(path, {follow: true}),
    uid: process.geteuid?.() ?? -1,
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, {throwIfNoEntry: false})?.isDirectory() ?? false
}

function owner(path: string): number | undefined {
  return isWindows ? undefined : statSync(path, {throwIfNoEntry: false})?.uid
}

/** Opening a FIFO for writing without waiting tells whether someone reads it (fifo(7)): ENXIO when nobody does. */
function probeFifo(path: string): FifoState {
  try {
    const stat = statSync(path)
    if (!stat.isFIFO()) return 'absent'
    closeSync(openSync(path, constants.O_WRONLY | constants.O_NONBLOCK))
    return 'live'
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException
    if (code === 'ENXIO') return 'dead'
    return code === 'EACCES' || code === 'EPERM' ? 'denied' : 'absent'
  }
}

function findProgram(name: string, environment: Environment, first: readonly string[] = []): string | undefined {
  // A copy of the environment of Windows may call it Path.
  const path = (environment.PATH ?? environment.Path ?? '/usr/local/bin:/usr/bin:/bin').split(delimiter)
  for (const directory of [...first, ...path]) {
    if (!isAbsolute(directory)) continue
    const candidate = join(directory, name)
    try {
      if (!statSync(candidate).isFile()) continue
      accessSync(candidate, constants.X_OK)
      return candidate
    } catch {
      // not here
    }
  }

  return undefined
}
