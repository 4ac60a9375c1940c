import type {ServiceSpec} from './types.js'

/**
 * A text as one word of POSIX sh, whatever is in it but NUL: a single quote is closed, put in double quotes, reopened
 * (POSIX.1-2024, Shell Command Language 2.2.2).
 */
export const shellQuote = (text: string): string => `'${text.replaceAll("'", `'"'"'`)}'`

/** Words as a command line of POSIX sh; what needs no quotes gets none, so that a script reads like the command it is. */
export const shellCommand = (words: readonly string[]): string =>
  words.map((text) => (/^[\w%+,./:@-]+$/.test(text) ? text : shellQuote(text))).join(' ')

/** What `launchLines` adds to a spec. */
export interface LaunchOptions {
  /** The descriptor on which the program may say that it is ready; who runs the script opens it. */
  readonly notifyFd?: number
  /** Words before the program that become it, as `chpst -u ada`. Their program is found in the PATH of the spec. */
  readonly through?: readonly string[]
}

/**
 * Lines of POSIX sh that become the program of a spec: its directory, its environment, its arguments, all as data. The
 * shell that reads them keeps its pid for the program.
 */
export function launchLines({command, environment, workingDirectory}: ServiceSpec, {notifyFd, through = []}: LaunchOptions = {}): string[] {
  return [
    'umask 077',
    `cd ${shellQuote(workingDirectory)} || exit`,
    ...Object.entries(environment).map(([name, value]) => `export ${name}=${shellQuote(value)}`),
    ...(notifyFd === undefined ? [] : [`export HERMES_NOTIFY_FD=${notifyFd}`]),
    `exec ${shellCommand([...through, ...command])}`,
  ]
}
