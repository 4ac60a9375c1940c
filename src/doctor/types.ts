import type {DoctorFinding, Scope} from '@hermes-cli/service-manager'

import type {GatewayStatus} from '../gateway/status.js'
import type {BadEntry} from '../profile/scan.js'

/** One thing that is wrong or odd, with its cure. */
export interface Finding extends DoctorFinding {
  /** Which check found it: stable, for scripts. */
  readonly check: string
  /** The profile it is about; null: the home, or a service manager. */
  readonly profile: string | null
}

/** Where a profile's service is registered. */
export interface Registration {
  readonly kind: string
  readonly label: string
  readonly scope: Scope
  /** That manager has more than this one scope. */
  readonly scoped: boolean
  /** It brings back what is enabled. */
  readonly bootPersistence: boolean
  readonly enabled: boolean | null
}

export interface FileFacts {
  readonly path: string
  /** Permission bits. */
  readonly mode: number
  readonly uid: number
  readonly is: 'directory' | 'file' | 'other'
}

export interface ProfileFacts {
  readonly name: string
  readonly config: {readonly because: string; readonly ok: false} | {readonly ok: true; readonly port: number}
  readonly directory: FileFacts | undefined
  readonly secrets: FileFacts | undefined
  readonly lock: FileFacts | undefined
  readonly registrations: readonly Registration[]
  /** Undefined: it could not be read, `unreadable` says why. */
  readonly status: GatewayStatus | undefined
  /** What could not be looked at. */
  readonly unreadable: readonly string[]
}

export interface ManagerFacts extends Omit<Registration, 'enabled'> {
  /** Services of this home. */
  readonly services: readonly string[]
  readonly findings: readonly DoctorFinding[]
  /** It was asked and failed. */
  readonly failures: readonly string[]
}

/** A plugin whose backend hermes leaves out because of what the plugin is. */
export interface BrokenPlugin {
  readonly plugin: string
  readonly kind: string
  readonly because: string
}

export interface HomeFacts {
  readonly broken: readonly BrokenPlugin[]
  readonly home: string
  readonly profiles: readonly ProfileFacts[]
  readonly bad: readonly BadEntry[]
  readonly warnings: readonly string[]
  readonly managers: readonly ManagerFacts[]
  /** The temporary directory it lies in. */
  readonly temporary: string | undefined
  /** Who supervises it, where that is not from here. */
  readonly elsewhere: string | undefined
  /** A rename that was cut short. */
  readonly halfRenamed: {readonly from: string; readonly to: string} | undefined
}
