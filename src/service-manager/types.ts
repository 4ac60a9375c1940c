import type {Host, HostFacts} from './host.js'

/** The number of this contract. A backend built for another number is named and left out, never guessed at. */
export const CONTRACT_VERSION = 1

/** What to run and how, for one profile. Plain data: comparing two specs is comparing two definitions. */
export interface ServiceSpec {
  /** The profile name: `^[a-z0-9][a-z0-9_-]*$`. The backend derives its own service name from it and from `home`. */
  readonly id: string
  /** One line for people. */
  readonly description: string
  /** The HERMES_HOME this service belongs to, absolute. A definition that names another home is not ours to touch. */
  readonly home: string
  /** Program (absolute path) and arguments. Arguments are data: nothing in them may reach a shell as syntax. */
  readonly command: readonly [string, ...string[]]
  /**
   * Set for the program, beside what the manager itself sets; the caller's own environment never reaches it.
   * Names match `^[A-Za-z_][A-Za-z0-9_]*$` and arrive in byte order. Never secrets: definitions are world-readable on
   * some managers.
   */
  readonly environment: Readonly<Record<string, string>>
  /** Absolute; it exists. */
  readonly workingDirectory: string
  /** Where rotated logs go when the manager does not keep its own; relative to `home`. */
  readonly logDirectory: string
  /**
   * Program (absolute path) and arguments, data as in `command`: run by a manager that can, with the user, environment and
   * directory of `command` and HERMES_STOP_PID (the process that is to end), before it ends that process because somebody
   * asked for a stop; not for a restart, and not when the machine or the manager itself goes down. That it fails, or takes
   * long, hinders no stop.
   */
  readonly stopCommand?: readonly [string, ...string[]]
  /** Seconds the program may take between SIGTERM, or the file HERMES_STOP_FILE, and its exit. The manager kills only later than that. */
  readonly stopSeconds: number
  /** Seconds the program may take until it is ready; `start` fails with `timeout` after that. Default: the backend's own. */
  readonly startSeconds?: number
  /**
   * `fd`: the program writes a newline to the file descriptor named by HERMES_NOTIFY_FD once it is ready. A manager
   * without `supports.readiness` does not set that variable, and the program does without.
   */
  readonly readiness: 'fd' | 'none'
  /** Run as this user, where the manager runs as root. */
  readonly user?: string
}

/** Where a service lives: with the user who is logged in or lingers, or with the machine. */
export type Scope = 'system' | 'user'

/** What a manager can do, as data. The conformance kit takes its skips from here and from nowhere else. */
export interface Capabilities {
  /** `profile:create` and `profile:delete` register and unregister by themselves. */
  readonly runtimeRegistration: boolean
  /** The manager itself brings an enabled service back after a reboot (s6: no, `container:reconcile` does). */
  readonly bootPersistence: boolean
  /** `logs()` is there. */
  readonly logs: boolean
  /** `install` works before the manager runs, for a reconcile at boot. */
  readonly offlineInstall: boolean
  /** Knows whether a service said that it is ready. Otherwise hermes waits for what the gateway itself writes. */
  readonly readiness: boolean
  /**
   * `manager`: the manager itself keeps the exit-code table. `none`: it restarts what ends with another code than 0 and
   * leaves alone what ends with 0; the gateway then ends with 0 also after a 78 and when it gives up a crash loop.
   */
  readonly exitCodes: 'manager' | 'none'
  /** Where a service can live; the first one is what it means when nobody says. Each is detected and connected by itself. */
  readonly scopes: readonly [Scope, ...Scope[]]
}

interface Observed {
  /** Comes back when the manager next starts. */
  readonly enabled: boolean
  /** The definition on disk differs from the spec last installed, or a changed one waits for a restart. */
  readonly restartDue?: boolean
  /** What somebody changed in the definition since it was installed, in one line: "Restart= is "no"". */
  readonly drift?: string
}

/** What is so now. `unknown`: the manager cannot say, and why. */
export type ServiceStatus =
  | (Observed & {readonly state: 'failed'; readonly because: string; readonly exitCode?: number; readonly signal?: string})
  | (Observed & {readonly state: 'running'; readonly pid: number; readonly since: Date; readonly ready: boolean | null})
  | (Observed & {readonly state: 'starting'; readonly pid?: number; readonly since?: Date})
  | (Observed & {readonly state: 'stopped'; readonly since?: Date})
  | {readonly state: 'absent'}
  | {readonly state: 'unknown'; readonly because: string}

/** What `install` does beside placing the definition. */
export interface InstallOptions {
  /** Bring it up now and keep it so; otherwise registered, down. A service that already runs is left running either way. */
  readonly start: boolean
  /** Refuse with `already-registered` when there is a definition, even an equal one. */
  readonly exclusive?: boolean
  /** Comes back at the next boot or login. Default: with `start` it does, else as it is; what never does by itself ignores it (`bootPersistence`). */
  readonly enable?: boolean
  /** Somebody is there to be asked for more rights, should the manager refuse (Windows: UAC). Default false. */
  readonly elevate?: boolean
}

/** What `install` did. */
export interface InstallResult {
  readonly change: 'created' | 'unchanged' | 'updated'
  /** A live process still runs from the older definition. */
  readonly restartDue: boolean
}

/** One of what `installMany` is asked for. */
export interface InstallRequest {
  readonly spec: ServiceSpec
  readonly options: InstallOptions
}

/** The answer of `installMany` for one of its requests. */
export type InstallOutcome =
  | {readonly id: string; readonly ok: false; readonly error: Error}
  | {readonly id: string; readonly ok: true; readonly result: InstallResult}

/** What `stop` does beside stopping. */
export interface StopOptions {
  /** Stay down after the next boot too. A restart or an upgrade says false. Default true. */
  readonly disable?: boolean
}

/** Which lines `logs` gives. */
export interface LogOptions {
  /** How many of the last lines. */
  readonly lines: number
  /** Go on until `signal` aborts. */
  readonly follow: boolean
  /** Ends the lines, without an error. */
  readonly signal?: AbortSignal
}

/** Something wrong with a manager, and what cures it. */
export interface DoctorFinding {
  readonly severity: 'error' | 'warning'
  readonly message: string
  readonly cure: string
}

/**
 * One service manager, connected. Every verb returns only when it is so, or throws a ServiceManagerError at a deadline
 * with what was seen. "Already so" is success.
 */
export interface ServiceManager {
  /** Ids of all services of this home, in byte order. */
  list(): Promise<readonly string[]>
  status(id: string): Promise<ServiceStatus>
  /**
   * Level-triggered: the same spec twice changes nothing; a changed one is replaced without killing a live process.
   * When the definition is in place but does not come up, it stays and the
   * error is the one `start` would give.
   */
  install(spec: ServiceSpec, options: InstallOptions): Promise<InstallResult>
  /**
   * Many at once, for a boot. One that fails does not stop the others. What is to start is told so; its readiness need
   * not be waited for. Optional: the checked wrapper loops otherwise.
   */
  installMany?(requests: readonly InstallRequest[]): Promise<readonly InstallOutcome[]>
  /** Stops with a deadline, then removes. Removing what is absent is success. */
  uninstall(id: string): Promise<void>
  /**
   * Up, ready where the manager knows, and enabled. A failure of before is forgotten: it is tried afresh.
   * Throws `not-registered` for the unknown, `failed-to-start` when it ended, `timeout` when it was not ready in time.
   */
  start(id: string): Promise<void>
  /** Down, and by default disabled. Throws `not-registered` for the unknown. */
  stop(id: string, options?: StopOptions): Promise<void>
  /** A new process, ready. One that was down is started. Leaves `enabled` as it was. `not-registered` for the unknown. */
  restart(id: string): Promise<void>
  /** What the program wrote to stdout and stderr, oldest line first; the manager may put a time in front of each. */
  logs?(id: string, options: LogOptions): AsyncIterable<string>
  doctor?(): Promise<readonly DoctorFinding[]>
}

/** Whether a manager is here, and how one knows. */
export interface Detection {
  readonly usable: boolean
  /** One clause for the trace: "no live scandir in /run/service". */
  readonly because: string
  /** What was found, for people, where it says more than `Backend.label`: `s6 (private tree)`. */
  readonly label?: string
  /** This user may look and change nothing: never chosen unless it is asked for, or has the service in question. */
  readonly readOnly?: boolean
}

/** What a backend package exports, through `defineBackend`. */
export interface Backend {
  readonly contract: number
  /** Short, stable: `s6`, `systemd`, `runit`. */
  readonly kind: string
  /** For people. A detection may carry a more exact one. */
  readonly label: string
  /** Who wins when several are usable: s6 100, launchd and windows 60, systemd 40. */
  readonly rank: number
  readonly supports: Capabilities
  /** Pure over the host: never prompts, never spawns where a file tells, never throws. */
  detect(host: HostFacts): Detection
  connect(host: Host): ServiceManager
}
