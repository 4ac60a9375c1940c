import {
  commandFailed,
  isSamePlace,
  readSmall,
  ServiceManagerError,
  SUPERVISION_LOCK,
  SUPERVISION_RECORD,
  supervisionRecord,
  supervisorName,
  type Host,
  type SupervisionRecord,
  type Whereabouts,
} from '@hermes-cli/service-manager'

import {closeSync, constants, fstatSync, lstatSync, openSync, readlinkSync} from 'node:fs'
import {hostname} from 'node:os'
import {join} from 'node:path'

import {needTool, runTool, type Tree} from './scandir.js'

/** Milliseconds for somebody who only looks, or reconciles where no tree holds it, to let the lock go. */
const PATIENCE = 2000
/** s6-setlock -n when somebody else has the lock. */
const HELD = 1

const lockFile = (host: Host): string => join(host.home, SUPERVISION_LOCK)
const recordFile = (host: Host): string => join(host.home, SUPERVISION_RECORD)

function whereabouts(host: Host): Whereabouts {
  return {boot_id: host.readText('/proc/sys/kernel/random/boot_id')?.trim() ?? '', host: hostname(), pid_namespace: pidNamespace()}
}

function pidNamespace(): string | null {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return null
  }
}

/** Throws `home-in-use` where somebody else's tree has this home, and where the files of the lease cannot be used. */
export async function checkLease(tree: Tree): Promise<void> {
  const {host} = tree
  openable(host)
  const deadline = host.now() + PATIENCE
  while (await isHeld(tree)) {
    if (host.now() >= deadline) throw homeInUse(host, readRecord(host))
    await host.sleep(50)
  }
}

/** Throws `home-in-use` when the tree that answers is that of another container on this volume. */
export async function checkOurs(tree: Tree): Promise<void> {
  const record = readRecord(tree.host)
  if (!record || isSamePlace(record, whereabouts(tree.host)) || !lstatSync(lockFile(tree.host), {throwIfNoEntry: false})) return
  if (await isHeld(tree)) throw homeInUse(tree.host, record)
}

async function isHeld(tree: Tree): Promise<boolean> {
  const result = await runTool(tree, 's6-setlock', ['-n', lockFile(tree.host), needTool(tree.host, 'true')], 5000)
  if (result.exitCode === 0 || result.exitCode === HELD) return result.exitCode === HELD
  throw commandFailed(`${lockFile(tree.host)} cannot be locked`, result)
}

const readRecord = (host: Host): SupervisionRecord | undefined => supervisionRecord(readSmall(recordFile(host)))

const homeInUse = ({home}: Host, record: SupervisionRecord | undefined): ServiceManagerError =>
  new ServiceManagerError('home-in-use', `this home is already supervised by ${supervisorName(record)}: ${home}`, {
    suggestions: [
      'Run the command there.',
      'End that one, then try again.',
      'Give this machine or container a home of its own with HERMES_HOME.',
    ],
  })

/** s6-setlock follows links and makes what it does not find, open to all: so it is made here, and only a file is locked. */
function openable(host: Host): void {
  const path = lockFile(host)
  const record = lstatSync(recordFile(host), {throwIfNoEntry: false})
  try {
    if (record && !record.isFile()) throw new Error(`${recordFile(host)} is no regular file`)
    const descriptor = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK, 0o600)
    try {
      if (!fstatSync(descriptor).isFile()) throw new Error('it is no regular file')
    } finally {
      closeSync(descriptor)
    }
  } catch (error) {
    const {code, message} = error as NodeJS.ErrnoException
    const denied = code === 'EACCES' || code === 'EPERM' || code === 'EROFS'
    const because = code === 'ELOOP' ? 'it is a symbolic link, which hermes does not follow' : message
    throw new ServiceManagerError(
      denied ? 'permission' : 'unavailable',
      `could not start a supervision tree: ${path} cannot be locked: ${because}`,
      {
        cause: error,
        suggestions: [denied ? 'Run this as the user the home belongs to.' : `Move that away, then run the command again.`],
      },
    )
  }
}

/** Once it has the lock and before it serves: says who it is. O_EXCL, then a rename: nothing is written through a link. */
const SCRIPT = `umask 077
rm -f -- "$2.new" && set -C && printf '%s\\n' "$1" > "$2.new" && mv -f -- "$2.new" "$2" || exit 111
shift 2
exec "$@"`

/**
 * The words that run a program with the lease of the home. The program is the holder: s6-setlock and the shell become
 * it, and what it starts inherits an open file but no lock (fcntl(2)). The environment is given anew, for a shell adds
 * to it. Never `-t`: with a deadline a helper holds the lock instead.
 */
export function leased(tree: Tree, program: readonly string[], environment: Readonly<Record<string, string>>): string[] {
  const {host, scandir} = tree
  const record: SupervisionRecord = {...whereabouts(host), scandir, since: new Date(host.now()).toISOString()}
  const clean = [needTool(host, 'env'), '-i', ...Object.entries(environment).map(([name, value]) => `${name}=${value}`)]
  const shell = [needTool(host, 'sh'), '-c', SCRIPT, 'sh', JSON.stringify(record), recordFile(host)]
  return [needTool(host, 's6-setlock'), '-n', lockFile(host), ...shell, ...clean, ...program]
}
