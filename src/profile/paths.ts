import {homedir} from 'node:os'
import {basename, dirname, isAbsolute, join, resolve} from 'node:path'

import {DEFAULT_PROFILE} from './name.js'

/**
 * The shared root all profiles live in. `HERMES_HOME` may point into `<root>/profiles/<x>` (a supervised process of the
 * Python project does that); the root is then two levels up.
 */
export function resolveHome(environment: Readonly<Record<string, string | undefined>>): string {
  const given = environment.HERMES_HOME
  const home = given ? (isAbsolute(given) ? resolve(given) : resolve(process.cwd(), given)) : join(homedir(), '.hermes')
  return basename(dirname(home)) === 'profiles' ? dirname(dirname(home)) : home
}

export const profilesDirectory = (home: string): string => join(home, 'profiles')

/** The default profile is the home itself. */
export const profileDirectory = (home: string, name: string): string =>
  name === DEFAULT_PROFILE ? home : join(profilesDirectory(home), name)

export const activeProfileFile = (home: string): string => join(home, 'active_profile')
export const tombstonesDirectory = (home: string): string => join(profilesDirectory(home), '.deleted')

/** Of one profile directory. Who writes which: docs/architecture.md. */
export const files = {
  config: (directory: string): string => join(directory, 'config.yaml'),
  intent: (directory: string): string => join(directory, 'gateway_intent.json'),
  lock: (directory: string): string => join(directory, 'gateway.lock'),
  pid: (directory: string): string => join(directory, 'gateway.pid'),
  plannedStop: (directory: string): string => join(directory, '.gateway-planned-stop.json'),
  processes: (directory: string): string => join(directory, 'processes.json'),
  soul: (directory: string): string => join(directory, 'SOUL.md'),
  state: (directory: string): string => join(directory, 'gateway_state.json'),
}

/** Relative to the home. */
export const gatewayLogDirectory = (name: string): string => join('logs', 'gateways', name)
