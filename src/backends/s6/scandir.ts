import {commandFailed, ServiceManagerError, type ExecResult, type Host} from '@hermes-cli/service-manager'

import {existsSync, readdirSync, readFileSync, statSync} from 'node:fs'
import {join} from 'node:path'

import {controlFifo, TOOL_DIRECTORIES} from './detect.js'
import type {ScriptTools} from './scripts.js'

/** Milliseconds. */
export interface Deadlines {
  /** For a slot to be taken up by s6-svscan, or given up by it. */
  readonly supervised: number
  /** For a service to say that it is ready. */
  readonly ready: number
  /** Beyond a slot's own timeout-kill. */
  readonly stopSlack: number
}

export const DEADLINES: Deadlines = {ready: 60_000, stopSlack: 10_000, supervised: 10_000}

/** A scan directory and what is needed to work in it. */
export interface Tree {
  readonly host: Host
  readonly scandir: string
  readonly deadlines: Deadlines
}

/** Exit code of s6-svc and s6-svwait when their -T ran out (the manual says 1, s6 2.11 to 2.15 answer 99). */
export const TIMED_OUT = 99
/** s6-svc -wU and -wu when the service was permanently given up. */
export const GAVE_UP = 1

export const toolPath = (host: Host, name: string): string => host.findProgram(name, TOOL_DIRECTORIES) ?? name

/** Absolute path of a program without which it does not work. Throws `unavailable`. */
export function needTool(host: Host, name: string): string {
  const path = host.findProgram(name, TOOL_DIRECTORIES)
  if (path) return path
  throw new ServiceManagerError('unavailable', `${name} is neither in /command nor in PATH`, {
    suggestions: ['Install s6 (Debian: apt-get install s6 execline).'],
  })
}

/** Where the scripts of a slot find their programs. Throws `unavailable` with what is missing. */
export const scriptTools = (host: Host): ScriptTools => ({
  log: needTool(host, 's6-log'),
  permafailon: needTool(host, 's6-permafailon'),
  setuidgid: needTool(host, 's6-setuidgid'),
})

export const runTool = ({host}: Tree, name: string, args: readonly string[], timeout = 30_000): Promise<ExecResult> =>
  host.exec(toolPath(host, name), args, {timeout})

/** A tool's failure as what it means: not being allowed has a cure of its own. */
export function toolFailed({host, scandir}: Tree, what: string, result: ExecResult): ServiceManagerError {
  if (/permission denied|operation not permitted/i.test(result.stderr)) return permissionDenied(host, scandir, what)
  return commandFailed(what, result)
}

export const permissionDenied = (host: Host, path: string, what: string): ServiceManagerError =>
  new ServiceManagerError('permission', `${what}: user ${host.uid} may not control the s6 tree in ${path}`, {
    suggestions: [
      'Run this as the user the supervision tree belongs to (in a container: docker exec --user <user> …).',
      'Start a tree of your own, in a home of your own: hermes s6 boot',
    ],
  })

export const isServed = ({host, scandir}: Tree): boolean => host.probeFifo(controlFifo(scandir)) === 'live'

/**
 * Throws where the tree belongs to another user. Only root gets as far as that, and would wait in vain: the supervisors
 * may neither answer it nor use what it makes, and what it makes is no longer theirs to change.
 */
export function checkOwner({host, scandir}: Tree, what: string): void {
  const owner = statSync(scandir, {throwIfNoEntry: false})?.uid ?? host.uid
  if (owner === host.uid || host.uid !== 0) return
  throw new ServiceManagerError('permission', `${what}: the s6 tree in ${scandir} belongs to user ${owner}, and this is root`, {
    suggestions: [asThatUser(owner)],
  })
}

export const asThatUser = (uid: number): string =>
  `Run it as that user: setpriv --reuid ${uid} --clear-groups hermes … (in a container: docker exec --user ${uid} …).`

/** Throws unless s6-svscan runs and may be talked to. */
export function checkServed({host, scandir}: Tree, what: string): void {
  const state = host.probeFifo(controlFifo(scandir))
  if (state === 'live') return
  if (state === 'denied') throw permissionDenied(host, scandir, what)
  throw new ServiceManagerError('unavailable', `${what}: no s6-svscan runs in ${scandir}`, {
    suggestions: ['Start a supervision tree of your own: hermes s6 boot'],
  })
}

const supervisorFifo = (directory: string): string => join(directory, 'supervise', 'control')

/** A supervisor runs for this service directory or for its logger. */
export const isSupervised = (host: Host, slot: string): boolean =>
  [slot, join(slot, 'log')].some((directory) => host.probeFifo(supervisorFifo(directory)) === 'live')

/** s6-supervise opens its FIFO a moment before it first writes its status, and in between s6-svc fails. */
const isReady = (host: Host, directory: string): boolean =>
  host.probeFifo(supervisorFifo(directory)) === 'live' && existsSync(join(directory, 'supervise', 'status'))

/** Supervisors run for both and can be talked to. */
export const isFullySupervised = (host: Host, slot: string): boolean => isReady(host, slot) && isReady(host, join(slot, 'log'))

/** The service's own supervisor, without which s6-svc and s6-svstat have nobody to ask. */
export function isControllable(tree: Tree, slot: string, what: string): boolean {
  if (tree.host.probeFifo(supervisorFifo(slot)) === 'denied') throw permissionDenied(tree.host, tree.scandir, what)
  return isReady(tree.host, slot)
}

/** Has s6-svscan look at its directory; `prune` also ends the supervisors of what is gone. */
export async function rescan(tree: Tree, options: {prune: boolean}): Promise<void> {
  const result = await runTool(tree, 's6-svscanctl', [options.prune ? '-an' : '-a', tree.scandir])
  if (result.exitCode !== 0) throw toolFailed(tree, `s6-svscan was not told to look at ${tree.scandir} again`, result)
}

/** Directories in the scandir, hidden ones included; a symlink is none. Empty when there is no scandir. */
export function directoriesIn(scandir: string): readonly string[] {
  try {
    return readdirSync(scandir, {withFileTypes: true})
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return []
    throw error
  }
}

/** Milliseconds a slot may take to stop: its own timeout-kill (0 or unreadable: never killed) and our slack. */
export function stopDeadline({deadlines}: Pick<Tree, 'deadlines'>, slot: string): number {
  let text = ''
  try {
    text = readFileSync(join(slot, 'timeout-kill'), 'utf8')
  } catch {
    // Then it has none.
  }

  const kill = Number.parseInt(text, 10)
  return (Number.isSafeInteger(kill) && kill > 0 ? Math.min(kill, 86_400_000) : 60_000) + deadlines.stopSlack
}
