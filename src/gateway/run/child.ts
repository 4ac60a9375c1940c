import {spawn} from 'node:child_process'

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

/** argv as it is; a line goes through the shell. A session and group of its own, so that all of it can be ended. Throws CannotStart. */
export function startProgram(
  command: readonly [string, ...string[]] | string,
  options: {readonly cwd: string; readonly environment: Readonly<Record<string, string>>},
): Promise<Program> {
  const [file, ...args] = typeof command === 'string' ? ['/bin/sh', '-c', command] : command
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => {
      const because = REASONS[error.code ?? '']
      reject(new CannotStart(`program ${JSON.stringify(file)} cannot be started: ${because ?? error.message}`, because !== undefined))
    }

    try {
      const child = spawn(file, args, {cwd: options.cwd, detached: true, env: options.environment, stdio: ['ignore', 'inherit', 'inherit']})
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
