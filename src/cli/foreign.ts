import {errorJson, toldError} from './report.js'

interface Telling {
  toErrorJson?: (error: unknown) => unknown
}

/** Who in the chain has the method itself; undefined where that is @oclif/core's Command, at the top of every chain. */
function ownerOf(prototype: object, method: string): object | undefined {
  for (let at: object | null = prototype; at; at = Object.getPrototypeOf(at) as object | null) {
    if (Object.hasOwn(at, method)) return Object.getPrototypeOf(at) === Object.prototype ? undefined : at
  }

  return undefined
}

/**
 * Under --json @oclif/core 4.14 prints its whole configuration with a parse error, and exits 1 whatever it says. A command
 * of a plugin that has no answer of its own gets ours.
 */
export function tellJsonErrors(command: {readonly prototype: object}): void {
  const prototype = command.prototype as Telling
  if (ownerOf(prototype, 'toErrorJson')) return
  prototype.toErrorJson = (error) => {
    const told = toldError(error)
    process.exitCode = told.oclif.exit
    return errorJson(told)
  }
}
