import {execa} from 'execa'
import {join} from 'node:path'

import {root} from './directories.js'

export interface CliResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
  /** stdout as JSON. Throws when it is none. */
  json<T = any>(): T
}

export type Hermes = (...args: string[]) => Promise<CliResult>

/** The environment a test's hermes gets: nothing of the machine's own hermes, s6 or systemd. */
export function cleanEnvironment(home: string, extra: Record<string, string> = {}): Record<string, string> {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(?:HERMES_|S6_|NODE_|FORCE_COLOR)/.test(name))
  return {
    ...(Object.fromEntries(inherited) as Record<string, string>),
    HERMES_HOME: home,
    HOME: home,
    NO_COLOR: '1',
    XDG_RUNTIME_DIR: home,
    ...extra,
  }
}

/** A program, given as its first words, in a process of its own with nothing of this one's hermes. */
export function programIn(home: string, command: readonly string[], extra: Record<string, string> = {}): Hermes {
  return async (...args) => {
    const result = await execa(command[0]!, [...command.slice(1), ...args], {
      env: cleanEnvironment(home, extra),
      extendEnv: false,
      reject: false,
      stdin: 'ignore',
    })
    return {
      code: result.exitCode ?? -1,
      json: () => JSON.parse(result.stdout),
      stderr: result.stderr,
      stdout: result.stdout,
    }
  }
}

/** `hermes` as a user runs it: the real bin in a process of its own. */
export const hermesIn = (home: string, extra: Record<string, string> = {}): Hermes =>
  programIn(home, [process.execPath, join(root, 'bin/run.js')], extra)

/** A scan directory that is none: with it no s6 is found, whatever the machine runs. */
export const NO_SUPERVISOR = {HERMES_S6_SCANDIR: '/nonexistent/hermes-test'}
