/** Every code a backend may fail with. Codes are API and stay; messages are prose. */
export const ERROR_CODES = [
  'already-registered',
  'command-failed',
  'failed-to-start',
  'home-in-use',
  'invalid-name',
  'invalid-spec',
  'not-owned',
  'not-registered',
  'not-supported',
  'permission',
  'timeout',
  'unavailable',
] as const

/** One of `ERROR_CODES`. */
export type ServiceManagerErrorCode = (typeof ERROR_CODES)[number]

/** What a failed child program was and said. */
export interface FailedCommand {
  readonly command: string
  readonly exitCode: number
  readonly output: string
}

export interface ServiceManagerErrorOptions {
  readonly cause?: unknown
  readonly command?: FailedCommand
  /** What to do next, most useful first; each a full sentence or a command. */
  readonly suggestions?: readonly string[]
}

/** What happened and why in `message`, what to do next in `suggestions`. Recognise it with `isServiceManagerError`. */
export class ServiceManagerError extends Error {
  readonly code: ServiceManagerErrorCode
  readonly command?: FailedCommand
  readonly suggestions: readonly string[]

  constructor(code: ServiceManagerErrorCode, message: string, options: ServiceManagerErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : {cause: options.cause})
    this.name = 'ServiceManagerError'
    this.code = code
    this.suggestions = options.suggestions ?? []
    if (options.command) this.command = options.command
  }
}

/** By shape and not by class: a plugin may carry its own copy of this package. */
export function isServiceManagerError(error: unknown): error is ServiceManagerError {
  if (!(error instanceof Error) && (typeof error !== 'object' || error === null)) return false
  const {code, message, name} = error as Partial<ServiceManagerError>
  return name === 'ServiceManagerError' && typeof message === 'string' && (ERROR_CODES as readonly unknown[]).includes(code)
}

/** Of a definition that is there and not this home's to touch. */
export const notOwned = (because: string): ServiceManagerError =>
  new ServiceManagerError('not-owned', `${because}; it is left alone`, {
    suggestions: ['Remove it by hand if nothing needs it, or use another profile name.'],
  })

/** `because`: what was looked for: "there is no /etc/init.d/x". */
export const notRegistered = (id: string, because: string): ServiceManagerError =>
  new ServiceManagerError('not-registered', `no service "${id}" is registered: ${because}`, {
    suggestions: [`Register it with hermes gateway:start -p ${id}`],
  })

/** A `command-failed` error that shows the command and what it printed. */
export function commandFailed(
  what: string,
  result: {
    readonly command: string
    readonly exitCode: number
    readonly stderr: string
    readonly stdout: string
    readonly timedOut?: boolean
  },
  suggestions: readonly string[] = [],
): ServiceManagerError {
  const output = [result.stderr, result.stdout]
    .map((text) => text.trim())
    .filter(Boolean)
    .join('\n')
  const how = result.timedOut ? 'did not end in time' : `exited with ${result.exitCode}`
  return new ServiceManagerError('command-failed', `${what}: \`${result.command}\` ${how}${output ? `\n${output}` : ''}`, {
    command: {command: result.command, exitCode: result.exitCode, output},
    suggestions,
  })
}
