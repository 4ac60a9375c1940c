import {isServiceManagerError} from '@hermes-cli/service-manager'

import {HermesError} from '../profile/errors.js'
import {EXIT, exitCodeOf} from './exit.js'

/** An error as users meet it: a stable code, an exit code, what to do next. */
export type ToldError = Error & {code: string; oclif: {exit: number}; suggestions: readonly string[]}

interface Raw extends Error {
  code?: string
  oclif?: {exit?: number}
  suggestions?: readonly string[]
}

/** Whatever was thrown, as users meet it. What nobody foresaw is called that; its stack is for DEBUG only. */
export function toldError(error: Raw): ToldError {
  if (error instanceof HermesError || isServiceManagerError(error)) {
    return tell(error, error.code, exitCodeOf(error.code), error.suggestions)
  }

  // From @oclif/core: a usage error, or an unknown command.
  const exit = error.oclif?.exit
  if (exit !== undefined)
    return tell(error, error.code ?? (exit === EXIT.usage || exit === 127 ? 'usage' : 'failed'), exit, error.suggestions)
  return tell(error, 'unforeseen', EXIT.failed, ['Run it again with DEBUG=* to see where it comes from, and please report it.'])
}

function tell(error: Error, code: string, exit: number, suggestions: readonly string[] = []): ToldError {
  const told = new Error(error.message.replace(/\n*See more help with --help$/, ''))
  if (error.stack) told.stack = error.stack
  return Object.assign(told, {code, oclif: {exit}, suggestions})
}

/** Prints an error and ends the process with its exit code. Lines are not wrapped: paths and commands must stay copyable. */
export function report(error: Raw): never {
  const told = 'code' in error && 'suggestions' in error && error.oclif?.exit !== undefined ? (error as ToldError) : toldError(error)
  if (error.constructor.name !== 'ExitError') {
    const {code, message, suggestions} = told
    const next =
      suggestions.length === 1
        ? [`Try: ${suggestions[0]}`]
        : suggestions.map((text, index) => (index === 0 ? `Try: ${text}` : `  or ${text}`))
    process.stderr.write(`${[`Error: ${message}`, ...next, `Code: ${code}`].join('\n')}\n`)
    if (process.env.DEBUG && told.stack) process.stderr.write(`${told.stack}\n`)
  }

  process.exit(told.oclif.exit)
}
