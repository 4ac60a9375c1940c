import type {Host} from '../host.js'
import type {Backend, Capabilities} from '../types.js'

/** One service manager that is up, for one home. */
export interface Instance {
  /** The machine as the backend is to see it: `home` is the one asked for, the environment points at this instance. */
  readonly host: Host
  /** Ends every service of this home and whatever `create` started. Resolves once no process of it is left. */
  dispose(): Promise<void>
}

/** What the author of a backend supplies. */
export interface Harness {
  readonly backend: Backend
  /**
   * A manager for this home, which is an empty directory that the kit made and removes. Called for each test, sometimes
   * twice in one: what belongs to one home must not be seen from another.
   */
  create(home: string): Promise<Instance>
  /**
   * As when the power fails and the machine boots again: every process of the instance is killed at once, nobody asked,
   * and the manager is started anew. Resolves once it serves again. `instance` is what `create` gave. Without it the
   * tests of boot persistence are skipped by name.
   */
  reboot?(instance: Instance): Promise<void>
  /** Milliseconds after which something that was to happen is taken not to happen. Default 15 000. */
  readonly patience?: number
  /**
   * Milliseconds in which your manager would have restarted a process if it were going to: the longest delay before a
   * first restart, and a little. The kit waits that long where it must see that nothing happens. Default 1 500.
   */
  readonly quiet?: number
  /** Where the kit makes its directories. Default: the system's temporary directory. */
  readonly directory?: string
}

/** A test runner of mocha's shape: mocha, node:test, vitest, jest. Skips are shown where it has `it.skip`. */
export interface Runner {
  describe(title: string, body: () => void): unknown
  readonly it: {
    (title: string, body: () => Promise<void>, timeout?: number): unknown
    skip?(title: string, body?: () => Promise<void>): unknown
  }
}

/** What a test may need of the backend, and how its capabilities say that it is there. */
export const NEEDS = {
  bootPersistence: (supports: Capabilities) => supports.bootPersistence,
  exitCodes: (supports: Capabilities) => supports.exitCodes === 'manager',
  logs: (supports: Capabilities) => supports.logs,
  readiness: (supports: Capabilities) => supports.readiness,
} as const

export type Need = keyof typeof NEEDS
