import type {ServiceSpec} from '@hermes-cli/service-manager'

import {command, quote, word} from './shell.js'

/** Absolute paths of the s6 programs the scripts call: a supervisor's PATH may hold none of them. */
export interface ScriptTools {
  readonly log: string
  readonly permafailon: string
  readonly setuidgid: string
}

export const NOTIFY_FD = 3
/** Deaths within so many seconds after which the service stays down; s6 tries at most once a second. */
const CRASH_LOOP = {deaths: 5, seconds: 60}
/** Exit codes and signals that count as a crash: all but 0, 75, 78 and what an operator sends. */
const CRASHES = '1-74,76-77,79-255,SIGABRT,SIGBUS,SIGFPE,SIGILL,SIGKILL,SIGSEGV,SIGSYS,SIGTRAP,SIGXCPU,SIGXFSZ'

export function runScript(spec: ServiceSpec, tools: ScriptTools, definition: string): string {
  const exports = Object.entries(spec.environment).map(([name, value]) => `export ${name}=${quote(value)}`)
  if (spec.readiness === 'fd') exports.push(`export HERMES_NOTIFY_FD=${NOTIFY_FD}`)
  return lines(
    '#!/bin/sh',
    `# ${spec.description.replaceAll(/[\r\n]+/g, ' ')}. Written by hermes: changes are replaced.`,
    'set -e',
    'exec 2>&1',
    'umask 077',
    // Without it nobody could tell whether a running process is of this definition. Not worth failing for.
    `echo ${definition} >data/started || :`,
    ...(spec.user ? ['uid=$(id -u)'] : []),
    ...exports,
    `cd ${quote(spec.workingDirectory)}`,
    ...(spec.user ? [`if [ "$uid" = 0 ]; then exec ${command([tools.setuidgid, spec.user, ...spec.command])}; fi`] : []),
    `exec ${command(spec.command)}`,
  )
}

/**
 * The supervisor's stdout gets each line with the profile in front, the log directory gets it with the time. A user may
 * have put a symlink where the directory should be, so root never makes it: the user does.
 */
export function logScript(spec: ServiceSpec, tools: ScriptTools): string {
  const log = [tools.log, '-b', `p${spec.id}:`, '1']
  return lines(
    '#!/bin/sh',
    'set -e',
    'umask 077',
    `export HERMES_HOME=${quote(spec.home)}`,
    `directory="$HERMES_HOME"/${word(spec.logDirectory)}`,
    'set --',
    ...(spec.user ? [`if [ "$(id -u)" = 0 ]; then set -- ${command([tools.setuidgid, spec.user])}; fi`] : []),
    'if { [ -d "$directory" ] || "$@" mkdir -p -- "$directory"; } && "$@" test -w "$directory"; then',
    `  exec "$@" ${command(log)} p n10 s1000000 T "$directory"`,
    'fi',
    // Someone must read the pipe or the gateway stands still when it is full; once a minute the directory is tried again.
    'echo "hermes: cannot write logs into $directory, they go to the standard output only" >&2',
    `exec "$@" timeout 60 ${command(log)}`,
  )
}

/** The exit-code table: 0 and 78 stay down, 75 again at once, anything else again unless it is a crash loop. */
export function finishScript(tools: ScriptTools): string {
  const {deaths, seconds} = CRASH_LOOP
  return lines(
    '#!/bin/sh',
    '# $1 is the exit code. Exit 125 tells s6 to leave it down.',
    'end() {',
    '  echo "$1" >data/outcome',
    '  exit "$2"',
    '}',
    'case "$1" in',
    '0) end finished 125 ;;',
    '75) end restart 0 ;;',
    '78) end refused 125 ;;',
    'esac',
    `${word(tools.permafailon)} ${seconds} ${deaths} ${CRASHES} true`,
    'if [ "$?" = 125 ]; then end crash-loop 125; fi',
    'end restart 0',
  )
}

const lines = (...text: string[]): string => `${text.join('\n')}\n`
