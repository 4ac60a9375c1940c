import {nearMisses} from '../profile/suggest.js'

/** What @oclif/core's parser throws, by its shape: a plugin may carry another copy of it. */
interface ParseError extends Error {
  readonly args?: ReadonlyArray<{readonly description?: string; readonly name?: string}>
  readonly flags?: readonly string[]
  readonly parse?: {
    readonly input?: {
      readonly args?: Record<string, {readonly required?: boolean}>
      readonly flags?: Record<string, {readonly hidden?: boolean}>
    }
  }
}

export interface UsageTold {
  readonly message: string
  /** In front of the way to the help. */
  readonly suggestions: readonly string[]
}

/** What oclif lays out over several lines, with a hint that goes elsewhere. */
const inOneLine = (message: string): string => message.replace(/\n*See more help with --help$/, '').replaceAll(/:?\s*\n\s*/g, ': ')

/** An error of the parser as users meet it: what was wrong, and what was most likely meant. `command`: as it is called. */
export function tellUsage(error: ParseError, command: string): UsageTold {
  const message = inOneLine(error.message)
  const {args, flags, parse} = error
  if (parse && Array.isArray(flags) && message.startsWith('Nonexistent '))
    return {message, suggestions: flagsMeant(flags, parse.input?.flags ?? {}, command)}
  if (parse && Array.isArray(args) && message.startsWith('Missing ')) {
    const missing = args.flatMap(({description, name}) => (name ? [`${name.toUpperCase()}${description ? ` (${description})` : ''}`] : []))
    const all = Object.entries(parse.input?.args ?? {}).flatMap(([name, {required}]) => (required ? [name.toUpperCase()] : []))
    return {message: `Missing argument: ${missing.join(', ')}`, suggestions: command === '' ? [] : [`hermes ${command} ${all.join(' ')}`]}
  }

  // Said from both sides; once is enough.
  const [, first] = /^The following errors? occurred: (.*?)(?:: --\S+ cannot also .*)?$/.exec(message) ?? []
  return {message: first ?? message, suggestions: []}
}

function flagsMeant(wrong: readonly string[], known: Readonly<Record<string, {readonly hidden?: boolean}>>, command: string): string[] {
  const names = Object.keys(known).filter((name) => !known[name]!.hidden)
  const near = wrong.flatMap((flag) => nearMisses(flag.replace(/^-+/, ''), [...names, 'help']))
  const meant = [...new Set(near)].slice(0, 3).map((name) => `--${name}`)
  return meant.length === 0 ? [] : [`hermes ${command} ${meant.join(', or ')}`]
}
