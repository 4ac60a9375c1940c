import type {ServiceSpec} from '@hermes-cli/service-manager'

import {dirname} from 'node:path'

import type {GatewayConfig} from '../profile/config.js'
import {DEFAULT_PROFILE} from '../profile/name.js'
import {gatewayLogDirectory, profileDirectory} from '../profile/paths.js'

/** Seconds a manager waits beyond the drain time before it kills, so that the gateway can end its program and record it. */
export const STOP_MARGIN = 5

/** Seconds beyond the ready timeout: loading on a busy machine, and a back-off (at most 30) after failed starts. */
const START_MARGIN = 40

const STANDARD_PATH = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']

/** How a supervisor calls us. */
export interface Launcher {
  /** Absolute path of something executable that is called `hermes`. */
  readonly hermes: string
  /** Absolute path of node: its directory leads PATH, so that the launcher finds the same node under any supervisor. */
  readonly node: string
  /** Where nothing but programs can be executed (Windows): what `node` is to run in the place of `hermes`. */
  readonly script?: string
}

export interface SpecInput {
  readonly home: string
  readonly profile: string
  /** Of a configuration that can be read; otherwise the defaults decide about the stop deadline. */
  readonly config?: Pick<GatewayConfig, 'drain_timeout' | 'ready' | 'ready_timeout'>
  readonly launcher: Launcher
  /** HERMES_SERVICE_USER */
  readonly user?: string
  /** The manager knows no exit codes (`supports.exitCodes: 'none'`): the gateway is to end with what such a one understands. */
  readonly translate?: boolean
}

/** A plain waiting time is its own bound; ready_timeout bounds the others. */
function readySeconds(config: SpecInput['config']): number {
  if (!config) return 60
  return 'after' in config.ready ? config.ready.after : config.ready_timeout
}

/** Pure: what the service manager is to run for this profile. The default profile is called without `-p`. */
export function gatewaySpec({config, home, launcher, profile, translate, user}: SpecInput): ServiceSpec {
  const program: [string, ...string[]] = launcher.script ? [launcher.node, launcher.script] : [launcher.hermes]
  const call = (verb: string): [string, ...string[]] => [
    ...program,
    ...(profile === DEFAULT_PROFILE ? [] : ['-p', profile]),
    'gateway',
    verb,
  ]
  // Windows has no directories where programs are: there the PATH of the user's session holds.
  const path = launcher.script ? {} : {PATH: [...new Set([dirname(launcher.node), dirname(launcher.hermes), ...STANDARD_PATH])].join(':')}
  const codes = translate ? {HERMES_EXIT_CODES: 'translate'} : {}
  return {
    command: call('run'),
    description: `hermes gateway of profile ${profile}`,
    environment: {HERMES_HOME: home, HERMES_SUPERVISED: '1', ...path, ...codes},
    home,
    id: profile,
    logDirectory: gatewayLogDirectory(profile),
    readiness: 'fd',
    startSeconds: readySeconds(config) + START_MARGIN,
    stopCommand: call('mark-stop'),
    stopSeconds: (config?.drain_timeout ?? 10) + STOP_MARGIN,
    workingDirectory: profileDirectory(home, profile),
    ...(user ? {user} : {}),
  }
}
