import type {InstallResult, ServiceSpec} from './types.js'

/** Where a manager has the definitions of its services, one file for each, and how ours are told among them. */
export interface DefinitionPlace<T extends {readonly spec: ServiceSpec}> {
  readonly directory: string
  /** Permission bits of a directory that has to be made. Default: 0o755. */
  readonly directoryMode?: number
  /** Of the files: 0o755 for a script. Default: 0o644. */
  readonly mode?: number
  /** The file name of a service of this home; may throw `invalid-name`. */
  nameOf(id: string): string
  /** Could be one of hermes, of whatever home. */
  isName(name: string): boolean
  /** Pure: what a text of ours says. Undefined for one that hermes did not write. */
  read(text: string): T | undefined
}

/** A definition of this home. */
export type OwnDefinition<T> = T & {readonly is: 'ours'; readonly linked: boolean; readonly path: string; readonly text: string}

/** What is under a service's name: nothing, something we wrote for this home, or something that is not ours. */
export type DefinitionClaim<T> =
  OwnDefinition<T> | {readonly is: 'absent'} | {readonly is: 'foreign'; readonly because: string; readonly home?: string}

/** `before`: what was there. */
export interface PutResult<T> {
  readonly change: InstallResult['change']
  readonly before?: OwnDefinition<T>
}

/** The services of one home, for a manager that has a file for each in one directory. */
export interface ServiceFiles<T> {
  pathOf(id: string): string
  claim(id: string): DefinitionClaim<T>
  /** Names of all files that look like definitions of hermes, whatever home they are of. */
  names(): readonly string[]
  /** The same for a name as `names` gives them. */
  claimAt(name: string): DefinitionClaim<T>
  /** Undefined where there is none. Throws `not-owned`. */
  lookUp(id: string): OwnDefinition<T> | undefined
  /** Throws `not-registered` or `not-owned`. */
  get(id: string): OwnDefinition<T>
  /** All of this home, in byte order of their ids. */
  all(): ReadonlyArray<OwnDefinition<T>>
  /** Durable, and never half of it. False when somebody else was first. */
  create(id: string, text: string): Promise<boolean>
  /**
   * Makes it so. One that cannot be written, or is a link that somebody else keeps, is used as it is with a warning where
   * it says the same. Throws `already-registered` (`exclusive`), `not-owned` or `permission`.
   */
  put(spec: ServiceSpec, text: string, options?: {readonly exclusive?: boolean | undefined}): Promise<PutResult<T>>
}
