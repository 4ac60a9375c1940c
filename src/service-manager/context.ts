import type {Host} from './host.js'
import type {CheckedServiceManager} from './checked.js'
import type {Backend, Scope} from './types.js'

/** One line of the detection trace. */
export interface Considered {
  readonly kind: string
  readonly label: string
  readonly plugin: string
  /** Of a backend that has more than one: each is a line of its own. */
  readonly scope?: Scope
  readonly rank: number
  readonly usable: boolean
  readonly readOnly?: boolean
  readonly because: string
  /** The plugin is at fault, and not the machine. */
  readonly broken?: true
}

/** One usable manager in one scope, connected. */
export interface Selection {
  readonly backend: Backend
  /** For people: what detection found, else the backend's own label. */
  readonly label: string
  /** Where this manager's services live. */
  readonly scope: Scope
  readonly manager: CheckedServiceManager
  /** As its detection said. */
  readonly readOnly?: boolean
}

/** What was found on this machine, and which one is used. */
export interface DetectionResult {
  /** Every backend found, best rank first, one line for each of its scopes. */
  readonly considered: readonly Considered[]
  /** Every usable one, best rank first, then in the backend's own order of scopes. */
  readonly usable: readonly Selection[]
  /** The one to use: HERMES_BACKEND where it is set, else the best usable one; none that is read-only. */
  readonly selection: Selection | undefined
}

/** What hermes hands to a command, its own and a plugin's alike. */
export interface HermesContext {
  readonly host: Host
  /** Finds the service manager, at most once in a process, and says what was considered. */
  detect(): Promise<DetectionResult>
  /** Connects to one backend by its kind, in its first scope, usable or not: for a reconcile before the manager runs. */
  connect(kind: string, environment?: Readonly<Record<string, string>>): Promise<Selection>
}

const KEY = Symbol.for('hermes.context.v1')

/*
 * A command's `this.config` is another object than the one its hooks were given (@oclif/core rebuilds it), but both
 * carry the same `pjson` object: that is where the context hangs, under a symbol so that nothing prints it.
 */
interface Carrier {
  readonly pjson: object
}

/** For the host: hang the context on an oclif config. */
export function provideContext(config: Carrier, context: HermesContext): void {
  Object.defineProperty(config.pjson, KEY, {configurable: true, enumerable: false, value: context})
}

/** For a command of a backend's plugin: `hermesContext(this.config)`. Undefined outside hermes. */
export function hermesContext(config: Carrier): HermesContext | undefined {
  return (config.pjson as Record<symbol, HermesContext | undefined>)[KEY]
}
