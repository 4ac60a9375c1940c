/** Where the values of an argument or a flag come from. */
export type Source = 'backend' | 'directory' | 'file' | 'plugin' | 'profile'

export interface Candidate {
  /** Never needs quoting in any of the shells (`safe.ts`). */
  readonly value: string
  /** One short line; for the shells that show one. */
  readonly description?: string
}

export interface Flag {
  readonly name: string
  readonly allowNo: boolean
  readonly char?: string
  readonly description?: string
  readonly exclusive: readonly string[]
  readonly multiple: boolean
  readonly options: readonly string[]
  readonly source?: Source
  readonly takesValue: boolean
}

export interface Argument {
  readonly name: string
  readonly options: readonly string[]
  readonly source?: Source
}

export interface Command {
  readonly id: string
  readonly args: readonly Argument[]
  readonly flags: readonly Flag[]
  /** The last argument may be given again and again. */
  readonly variadic: boolean
}

/** What can be called. Everything in it was checked; a command is read only when it is asked for. */
export interface Catalogue {
  readonly backends: readonly Candidate[]
  command(id: string): Command | undefined
  /** Of every command that is to be seen: its id, aliases too, and what it does. */
  readonly ids: ReadonlyMap<string, string | undefined>
  /** User plugins by name. */
  readonly plugins: readonly Candidate[]
  readonly topics: ReadonlyMap<string, string>
}

/** What there is on this machine; each is asked only when it is needed. */
export interface Sources {
  readonly catalogue: Catalogue
  profiles(): readonly Candidate[]
}

/** `fallback`: the shell's own completion of paths is meant. */
export interface Answer {
  readonly candidates: readonly Candidate[]
  readonly fallback?: 'directory' | 'file'
}
