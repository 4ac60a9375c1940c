import {HermesError} from './errors.js'

export const DEFAULT_PROFILE = 'default'

/** Path-, unit- and flag-safe by construction. 251 is what s6 allows for a service name. */
const NAME = /^[a-z0-9][a-z0-9_-]*$/
const MAX_LENGTH = 251

/** Why `name` cannot be a profile name, or undefined when it can. Input is never silently changed. */
export function nameProblem(name: string): string | undefined {
  if (name === '') return 'a profile name cannot be empty'
  if (name.length > MAX_LENGTH) return `a profile name has at most ${MAX_LENGTH} characters, this has ${name.length}`
  if (NAME.test(name)) return undefined
  const shown = JSON.stringify(name)
  if (/^[-_]/.test(name)) return `${shown} starts with "${name[0]}"; a profile name starts with a letter or a digit`
  if (/[A-Z]/.test(name)) return `${shown} has upper-case letters; profile names are lower case`
  return `${shown} may only have the characters a-z, 0-9, "-" and "_"`
}

/** Throws `invalid-name`. */
export function checkName(name: string): void {
  const problem = nameProblem(name)
  if (problem) throw new HermesError('invalid-name', problem, {suggestions: ['Use a name like "coder" or "team-a_2".']})
}
