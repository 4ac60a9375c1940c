import {ServiceManagerError} from './errors.js'
import type {ServiceSpec} from './types.js'

const ID = /^[a-z0-9][a-z0-9_-]{0,250}$/
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/
const ABSOLUTE = /^(?:\/|[A-Za-z]:[\\/]|\\\\)/
const LINE_BREAK = /[\r\n]/
/** What no file, argument or variable can hold: NUL, and half a character, which would silently become another. */
const UNSTORABLE = /\0|\p{Surrogate}/u
/** Windows accounts may hold a space, a backslash and more; nothing that starts an option or a new field. */
const USER = /^[^\p{Cc}\s:/"'$`-][^\p{Cc}:/"'$`]*$/u

/** Throws `invalid-name` unless `id` can be a profile name. */
export function checkId(id: string): void {
  if (typeof id !== 'string' || !ID.test(id)) {
    throw new ServiceManagerError('invalid-name', `${JSON.stringify(id)} cannot be a service id: it must match ${ID.source}`)
  }
}

/** Throws `invalid-spec` or `invalid-name` with the first thing that is wrong. */
export function checkSpec(spec: ServiceSpec): void {
  checkId(spec.id)
  const problem = problemOf(spec)
  if (problem) throw new ServiceManagerError('invalid-spec', `the service definition of "${spec.id}" is unusable: ${problem}`)
}

function problemOf(spec: ServiceSpec): string | undefined {
  if (!Array.isArray(spec.command) || typeof spec.environment !== 'object' || spec.environment === null)
    return 'command or environment is missing'
  if (spec.stopCommand !== undefined && !Array.isArray(spec.stopCommand)) return 'stopCommand is no list of words'
  return problemOfTexts(spec) ?? problemOfPaths(spec) ?? problemOfRest(spec)
}

function problemOfTexts(spec: ServiceSpec): string | undefined {
  const {description, environment, home, logDirectory, stopCommand = [], workingDirectory} = spec
  const texts: Array<[string, unknown]> = [
    ...Object.entries({description, home, logDirectory, workingDirectory}),
    ...spec.command.map((word, index): [string, unknown] => [`command[${index}]`, word]),
    ...stopCommand.map((word, index): [string, unknown] => [`stopCommand[${index}]`, word]),
    ...Object.entries(environment).map(([name, value]): [string, unknown] => [`environment.${name}`, value]),
  ]
  for (const [name, text] of texts) {
    if (typeof text !== 'string') return `${name} is no text`
    if (UNSTORABLE.test(text)) return `${name} has a NUL byte or half a character`
  }

  return LINE_BREAK.test(description) ? 'description has a line break' : undefined
}

function problemOfPaths({command, home, logDirectory, stopCommand = command, workingDirectory}: ServiceSpec): string | undefined {
  for (const path of [home, workingDirectory, command[0], stopCommand[0]]) {
    if (path === undefined || !ABSOLUTE.test(path) || LINE_BREAK.test(path))
      return `${JSON.stringify(path)} is no absolute path on one line`
  }

  const leaves = ABSOLUTE.test(logDirectory) || logDirectory.split(/[\\/]/).includes('..')
  if (leaves || logDirectory === '' || LINE_BREAK.test(logDirectory)) return 'logDirectory is no path on one line inside the home'
  return undefined
}

function problemOfRest({environment, readiness, startSeconds = 1, stopSeconds, user = 'nobody'}: ServiceSpec): string | undefined {
  for (const name of Object.keys(environment)) if (!VARIABLE.test(name)) return `${JSON.stringify(name)} is no variable name`
  if (!Number.isFinite(stopSeconds) || stopSeconds < 0) return 'stopSeconds is no length of time'
  if (!Number.isFinite(startSeconds) || startSeconds <= 0) return 'startSeconds is no length of time'
  if (readiness !== 'fd' && readiness !== 'none') return 'readiness is neither "fd" nor "none"'
  if (typeof user !== 'string' || !USER.test(user)) return `${JSON.stringify(user)} is no user name`
  return undefined
}

/** The same spec as every backend gets it: variables in byte order, so that comparing texts compares meanings. */
export function normalised(spec: ServiceSpec): ServiceSpec {
  const environment = Object.fromEntries(Object.entries(spec.environment).sort(([a], [b]) => (a < b ? -1 : 1)))
  return {...spec, environment}
}
