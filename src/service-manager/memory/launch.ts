import type {ServiceSpec} from '../types.js'

/** How a process ended. */
export interface Exit {
  /** -1 when a signal ended it or it could not be run. */
  readonly code: number
  readonly signal?: string
  /** Why it could not be run at all. */
  readonly problem?: string
}

/** One child process, as far as a supervisor is concerned. */
export interface Child {
  /** Undefined when it could not be run; then `exited` says why. */
  readonly pid: number | undefined
  readonly exited: Promise<Exit>
  /** Settles when it said that it is ready; never, when it does not. */
  readonly ready: Promise<void>
  kill(signal: 'SIGKILL' | 'SIGTERM'): void
}

/** Runs the program of a spec; each line it prints is given to `onLine`. */
export type Launch = (spec: ServiceSpec, onLine: (line: string) => void) => Child

/** The descriptor on which a child says that it is ready. */
const NOTIFY_FD = 3

/** Loads the means to run programs; importing the memory backend alone costs nothing. */
export async function loadLaunch(): Promise<Launch> {
  const [{spawn}, {createInterface}] = await Promise.all([import('node:child_process'), import('node:readline')])
  return (spec, onLine) => {
    const [program, ...args] = spec.command
    const notifies = spec.readiness === 'fd'
    const child = spawn(program, args, {
      cwd: spec.workingDirectory,
      env: {...spec.environment, ...(notifies ? {HERMES_NOTIFY_FD: String(NOTIFY_FD)} : {})},
      stdio: ['ignore', 'pipe', 'pipe', notifies ? 'pipe' : 'ignore'],
    })
    for (const stream of [child.stdout, child.stderr]) if (stream) createInterface({input: stream}).on('line', onLine)
    const notify = child.stdio[NOTIFY_FD]
    return {
      exited: new Promise((resolve) => {
        child.once('error', (error) => resolve({code: -1, problem: error.message}))
        child.once('exit', (code, signal) => resolve({code: code ?? -1, ...(signal ? {signal} : {})}))
      }),
      kill(signal) {
        child.kill(signal)
      },
      pid: child.pid,
      ready: new Promise((resolve) => {
        if (notify && 'once' in notify) notify.once('data', () => resolve())
        else resolve()
      }),
    }
  }
}
