import type {ServiceSpec} from '@hermes-cli/service-manager'

import {createHash} from 'node:crypto'

import {command, quote, word} from './shell.js'

export interface SlotFile {
  readonly text: string
  readonly mode: number
}

/** Absolute paths of the s6 programs the scripts call: a supervisor's PATH may hold none of them. */
export interface ScriptTools {
  readonly log: string
  readonly permafailon: string
  readonly setuidgid: string
}

/** data/hermes.json: who made the slot. A slot without it, or of another home, is not ours to touch. */
export interface SlotRecord {
  readonly made_by: 'hermes'
  readonly home: string
  readonly id: string
  readonly log_directory: string
  /** `startSeconds` of the spec, where it has one. */
  readonly start_seconds?: number
  /** Of what a process is started with. The run script leaves it in data/started. */
  readonly definition: string
  /** Of the run script as we wrote it. */
  readonly run_sha256: string
}

/** Files a slot may have or not have, depending on the spec. */
export const OPTIONAL_FILES = ['notification-fd'] as const

const NOTIFY_FD = 3
/** Deaths within so many seconds after which the service stays down; s6 tries at most once a second. */
const CRASH_LOOP = {deaths: 5, seconds: 60}
/** Exit codes and signals that count as a crash: all but 0, 75, 78 and what an operator sends. */
const CRASHES = '1-74,76-77,79-255,SIGABRT,SIGBUS,SIGFPE,SIGILL,SIGKILL,SIGSEGV,SIGSYS,SIGTRAP,SIGXCPU,SIGXFSZ'

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** The slot of this service as relative file names, in the order in which they may be replaced: `run` comes last. */
export function renderSlot(spec: ServiceSpec, tools: ScriptTools): Map<string, SlotFile> {
  const definition = sha256(runScript(spec, tools, '') + spec.readiness)
  const run = runScript(spec, tools, definition)
  const record: SlotRecord = {
    made_by: 'hermes',
    home: spec.home,
    id: spec.id,
    log_directory: spec.logDirectory,
    ...(spec.startSeconds === undefined ? {} : {start_seconds: spec.startSeconds}),
    definition,
    run_sha256: sha256(run),
  }
  const files = new Map<string, SlotFile>([
    ['type', plain('longrun')],
    ['log/run', script(logScript(spec, tools))],
    ['finish', script(finishScript(tools))],
    // 0 would mean "never".
    ['timeout-kill', plain(String(Math.max(1, Math.round(spec.stopSeconds * 1000))))],
  ])
  if (spec.readiness === 'fd') files.set('notification-fd', plain(String(NOTIFY_FD)))
  files.set('data/hermes.json', plain(JSON.stringify(record, undefined, 2)))
  files.set('run', script(run))
  return files
}

const plain = (text: string): SlotFile => ({mode: 0o644, text: `${text}\n`})
const script = (text: string): SlotFile => ({mode: 0o755, text})

function runScript(spec: ServiceSpec, tools: ScriptTools, definition: string): string {
  const exports = Object.entries(spec.environment).map(([name, value]) => `export ${name}=${quote(value)}`)
  if (spec.readiness === 'fd') exports.push(`export HERMES_NOTIFY_FD=${NOTIFY_FD}`)
  return lines(
    '#!/bin/sh -e',
    `# ${spec.description.replaceAll(/[\r\n]+/g, ' ')}. Written by hermes: changes are replaced.`,
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
function logScript(spec: ServiceSpec, tools: ScriptTools): string {
  const log = [tools.log, '-b', `p${spec.id}:`, '1']
  return lines(
    '#!/bin/sh -e',
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
function finishScript(tools: ScriptTools): string {
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
