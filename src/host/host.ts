import type {Host} from '@hermes-cli/service-manager'

import {setTimeout as delay} from 'node:timers/promises'

import {hostFacts, type Environment} from './environment.js'
import {writeFileAtomic} from './files.js'

export interface HostOptions {
  readonly environment: Environment
  /** HERMES_HOME, absolute. */
  readonly home: string
  readonly warn?: (message: string) => void
}

/** The real machine. Programs are only loaded to be run once one is. */
export function createHost({environment, home, warn = () => {}}: HostOptions): Host {
  const programs = () => import('./exec.js')
  return {
    ...hostFacts(environment, home),
    exec: async (file, args, options) => (await programs()).exec(file, args, options),
    now: () => Date.now(),
    async sleep(milliseconds, signal) {
      await delay(milliseconds, undefined, signal ? {signal} : {})
    },
    spawnDetached: async (file, args, options) => (await programs()).spawnDetached(file, args, options),
    async *stream(file, args, options) {
      yield* (await programs()).stream(file, args, options)
    },
    warn,
    writeFileAtomic,
  }
}
