import {isServiceManagerError} from '@hermes-cli/service-manager'

import {asError} from '../host/errors.js'
import {HermesError} from '../profile/errors.js'
import {EXIT, exitCodeOf} from './exit.js'
import {tellUsage} from './parse-errors.js'

/** An error as users meet it: a stable code, an exit code, what to do next. */
export type ToldError = Error & {code: string; oclif: {exit: number}; suggestions: readonly string[]}

interface Raw extends Error {
  code?: string
  oclif?: {exit?: number}
  suggestions?: readonly string[]
}

/** Whatever was thrown, as users meet it. What nobody foresaw is called that; its stack is for DEBUG only. */
export function toldError(thrown: unknown): ToldError {
  const error: Raw = asError(thrown)
  if (isTold(error)) return error
  if (error instanceof HermesError || isServiceManagerError(error)) {
    return tell(error, {code: error.code, exit: exitCodeOf(error.code), suggestions: error.suggestions})
  }

  // From @oclif/core: a usage error, or (127) an unknown command.
  const exit = error.oclif?.exit === 127 ? EXIT.usage : error.oclif?.exit
  if (exit === undefined) {
    const suggestions = ['Run it again with DEBUG=* to see where it comes from, and please report it.']
    return tell(error, {code: 'unforeseen', exit: EXIT.failed, suggestions})
  }

  const code = error.code ?? (exit === EXIT.usage ? 'usage' : 'failed')
  const {message, suggestions: meant} = tellUsage(error, commandName())
  const suggestions = error.suggestions ?? (exit === EXIT.usage ? [...meant, helpFor(commandName())] : [])
  return tell(error, {code, exit, message, suggestions})
}

/** As it was normalised by `main`: `gateway start`, or nothing. */
const commandName = (id = process.argv[2] ?? ''): string => (id.startsWith('-') ? '' : id.replaceAll(':', ' '))
const helpFor = (command: string): string => ['hermes', command, '--help'].filter(Boolean).join(' ')

const isTold = (error: Raw): error is ToldError =>
  error.code !== undefined && error.oclif?.exit !== undefined && Array.isArray(error.suggestions)

interface Telling {
  readonly code: string
  readonly exit: number
  readonly message?: string
  readonly suggestions: readonly string[]
}

function tell(error: Error, {code, exit, message = error.message, suggestions}: Telling): ToldError {
  const told = new Error(message)
  if (error.stack) told.stack = error.stack
  return Object.assign(told, {code, oclif: {exit}, suggestions})
}

/** An error under --json, the same from every command. */
export const errorJson = ({code, message, oclif, suggestions}: ToldError): {error: object} => ({
  error: {code, exit: oclif.exit, message, suggestions},
})

/** Asked of the command line itself: there may be no command that knows. */
function wantsJson(): boolean {
  const own = process.argv.slice(2)
  const end = own.indexOf('--')
  return (end === -1 ? own : own.slice(0, end)).includes('--json')
}

/** An error as it is printed. */
export function renderError({code, message, suggestions}: ToldError): string {
  const next = suggestions.map((text, index) => (index === 0 ? `Try: ${text}` : `  or ${text}`))
  return [`Error: ${message}`, ...next, `Code: ${code}`].join('\n')
}

/** Prints an error and ends the process with its exit code. Lines are not wrapped: paths and commands must stay copyable. */
export function report(error: unknown): never {
  const told = toldError(error)
  if (wantsJson()) process.stdout.write(`${JSON.stringify(errorJson(told), undefined, 2)}\n`)
  else if ((error as Partial<ToldError> | undefined)?.code !== 'EEXIT') {
    process.stderr.write(`${renderError(told)}\n`)
    if (process.env.DEBUG && told.stack) process.stderr.write(`${told.stack}\n`)
  }

  process.exit(told.oclif.exit)
}
