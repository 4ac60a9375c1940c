/** What a FIFO tells when opened for writing without waiting: a reader is there, none is, no such file, not allowed. */
export type FifoState = 'absent' | 'dead' | 'denied' | 'live'

/** The machine as detection may see it: questions that a file or the environment answers, none that spawns. */
export interface HostFacts {
  readonly platform: string
  /** Effective user id; -1 where there is none (Windows). */
  readonly uid: number
  /** The scope that is asked for: one of the backend's `supports.scopes`. Undefined: its first. */
  readonly scope?: 'system' | 'user'
  readonly environment: Readonly<Record<string, string | undefined>>
  /** HERMES_HOME, absolute. */
  readonly home: string
  /** The text of a regular file of at most 1 MiB, links followed; undefined when it cannot be read for whatever reason. Never waits. */
  readText(path: string): string | undefined
  isDirectory(path: string): boolean
  /** User id of the owner, links followed; undefined where there is no such path or no such thing. */
  owner?(path: string): number | undefined
  probeFifo(path: string): FifoState
  /** Absolute path of a program, looked for in `first` and then in PATH. */
  findProgram(name: string, first?: readonly string[]): string | undefined
}

/** How `exec` runs a program. */
export interface ExecOptions {
  /** Milliseconds; then SIGKILL and a `timedOut` result. Default 30 000. */
  readonly timeout?: number
  readonly environment?: Readonly<Record<string, string>>
  readonly input?: string
  readonly cwd?: string
}

/** How a program that `exec` ran ended. */
export interface ExecResult {
  /** Exit code; -1 when it was killed by a signal or could not be started. */
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
  readonly timedOut: boolean
  /** The command as it could be pasted into a shell. */
  readonly command: string
}

/** How `spawnDetached` starts a program. */
export interface DetachedOptions {
  /** The whole environment: nothing is inherited. */
  readonly environment: Readonly<Record<string, string>>
  /** Appended to; absolute. Default: discarded. */
  readonly stderrFile?: string
  readonly cwd?: string
}

/** The machine as a connected manager may act on it. */
export interface Host extends HostFacts {
  /** Runs a program without a shell. Never throws for an exit code: that is the caller's to judge. */
  exec(file: string, args: readonly string[], options?: ExecOptions): Promise<ExecResult>
  /** Lines of a program's stdout as they come, until it ends or `signal` aborts. */
  stream(file: string, args: readonly string[], options?: {readonly signal?: AbortSignal}): AsyncIterable<string>
  /** Starts a program in a session of its own that outlives us. Returns its pid. */
  spawnDetached(file: string, args: readonly string[], options: DetachedOptions): Promise<number>
  /** Temporary file, fsync, rename. */
  writeFileAtomic(path: string, text: string, mode: number): Promise<void>
  /** Milliseconds since the epoch. */
  now(): number
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>
  /** Something the user should know that is no error. */
  warn(message: string): void
}
