import {spawn, type SpawnOptions} from 'node:child_process'

import {isWindows} from '../../host/platform.js'

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface Program {
  /** Also the id of its process group. */
  readonly pid: number
  readonly exited: Promise<Exit>
}

/** The program could not be started. `forever`: not as configured; otherwise the machine lacked something just now. */
export class CannotStart extends Error {
  constructor(
    message: string,
    readonly forever: boolean,
  ) {
    super(message)
  }
}

const REASONS: Record<string, string> = {
  E2BIG: 'its arguments and environment are too large',
  EACCES: 'it may not be executed',
  EISDIR: 'it is a directory',
  ENOENT: 'there is no such program, or its interpreter is missing',
  ENOEXEC: 'it is not a program',
  ENOTDIR: 'a part of its path is no directory',
  EPERM: 'it may not be executed',
}

/**
 * Pure: argv as it is; a line goes through the shell. A session and group of its own, so that all of it can be ended: on
 * Windows there are none, and a detached process would open a window.
 */
export function spawning(
  command: readonly [string, ...string[]] | string,
  windows = isWindows,
): {argv: readonly [string, ...string[]]; options: SpawnOptions} {
  const options: SpawnOptions = {detached: !windows, stdio: ['ignore', 'inherit', 'inherit'], windowsHide: true}
  if (typeof command !== 'string') return {argv: command, options}
  // Node's own way to call cmd.exe: /d /s /c, and the line within one pair of quotes.
  return windows ? {argv: [command], options: {...options, shell: true}} : {argv: ['/bin/sh', '-c', command], options}
}

/** Throws CannotStart. */
export function startProgram(
  command: readonly [string, ...string[]] | string,
  options: {readonly cwd: string; readonly environment: Readonly<Record<string, string>>},
): Promise<Program> {
  const {argv, options: how} = spawning(command)
  const [file, ...args] = argv
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => {
      const because = REASONS[error.code ?? '']
      reject(new CannotStart(`program ${JSON.stringify(file)} cannot be started: ${because ?? error.message}`, because !== undefined))
    }

    try {
      const child = spawn(file, args, {...how, cwd: options.cwd, env: options.environment})
      const exited = new Promise<Exit>((settle) => {
        child.once('exit', (code, signal) => settle({code, signal}))
      })
      child.once('error', fail)
      child.once('spawn', () => resolve({exited, pid: child.pid!}))
    } catch (error) {
      fail(error as NodeJS.ErrnoException)
    }
  })
}
