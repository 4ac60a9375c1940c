import {asError} from '../host/errors.js'
import {errorJson, toldError} from './report.js'

interface Tells {
  toErrorJson(error: unknown): unknown
}

/** The class in whose body the method stands. */
function definedIn(prototype: object, method: string): object | undefined {
  for (let at: object | null = prototype; at; at = Object.getPrototypeOf(at) as object | null)
    if (Object.hasOwn(at, method)) return at.constructor
}

/**
 * A plugin's command on its own @oclif/core prints what was thrown under --json as it is: another shape than ours, with
 * a usage error the whole configuration, and core 4 forgets exit codes. It tells errors like our own commands; one that
 * has its own way keeps it. `_base` marks the Command class of every @oclif/core since version 1.
 */
export function tellLikeOurs(command: {readonly prototype: object}): void {
  const prototype = command.prototype as Tells
  const owner = definedIn(prototype, 'toErrorJson')
  if (!owner || !Object.hasOwn(owner, '_base')) return
  prototype.toErrorJson = (error) => {
    const told = toldError(asError(error))
    process.exitCode = told.oclif.exit
    return errorJson(told)
  }
}

/**
 * oclif takes an argument that was left out from stdin, if something comes within 10 ms: in a `while read` loop or under
 * `ssh` a command would act on lines that are not for it. What comes with hermes takes names from the command line alone.
 */
export function namesFromTheLine({args}: {readonly args?: Readonly<Record<string, {ignoreStdin?: boolean}>>}): void {
  for (const arg of Object.values(args ?? {})) arg.ignoreStdin = true
}
