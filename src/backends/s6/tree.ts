import {isServiceManagerError, ServiceManagerError, type Host} from '@hermes-cli/service-manager'

import {lstatSync, readdirSync, realpathSync, rmSync, statSync} from 'node:fs'
import {dirname, join} from 'node:path'

import {controlFifo, privateScandir} from './detect.js'
import {makeDirectory} from './directory.js'
import {checkLease, checkOurs} from './lease.js'
import {exclusively} from './lock.js'
import {
  asThatUser,
  checkOwner,
  DEADLINES,
  directoriesIn,
  isSupervised,
  permissionDenied,
  runTool,
  scriptTools,
  toolFailed,
} from './scandir.js'
import type {Deadlines, Tree} from './scandir.js'
import {endSupervisors, waitForEnd} from './stale.js'
import {startSvscan} from './svscan.js'
import {waitUntil} from './wait.js'

export interface Booted {
  readonly scandir: string
  readonly already_up: boolean
  /** Process number of s6-svscan where this call started it. */
  readonly pid: number | null
}

export interface ShutDown {
  readonly scandir: string
  readonly was_up: boolean
}

/** Makes sure that a supervision tree of the home's own runs. Two at the same time end with one tree and both succeed. */
export async function boot(host: Host, deadlines: Deadlines = DEADLINES): Promise<Booted> {
  scriptTools(host)
  refuseForeignHome(host)
  const tree = privateTree(host, deadlines)
  makeDirectories(tree)
  return exclusively(host, realpathSync(tree.scandir), async () => {
    const {scandir} = tree
    const state = host.probeFifo(controlFifo(scandir))
    if (state === 'live') {
      await checkOurs(tree)
      return {already_up: true, pid: null, scandir}
    }

    if (state === 'denied') throw permissionDenied(host, scandir, 'could not start a supervision tree')
    // First of all: on a volume of two machines that tree's FIFO looks dead from here, and its slots like leftovers.
    await checkLease(tree)
    await clear(tree)
    return {already_up: false, pid: await startSvscan(tree), scandir}
  })
}

/** Ends the private tree and everything in it. What is meant to run stays so: the next boot brings it back. */
export async function shutdown(host: Host, deadlines: Deadlines = DEADLINES): Promise<ShutDown> {
  const tree = privateTree(host, deadlines)
  const {scandir} = tree
  try {
    if (!statSync(scandir, {throwIfNoEntry: false})) return {scandir, was_up: false}
  } catch (error) {
    throw permissionDenied(host, scandir, `could not end the supervision tree (${(error as Error).message})`)
  }

  checkOwner(tree, 'could not end the supervision tree')
  return exclusively(host, realpathSync(scandir), async () => {
    const slots = directoriesIn(scandir).map((name) => join(scandir, name))
    const state = host.probeFifo(controlFifo(scandir))
    if (state === 'denied') throw permissionDenied(host, scandir, 'could not end the supervision tree')
    if (state !== 'live') {
      const left = slots.some((slot) => isSupervised(host, slot))
      await endSupervisors(tree, slots)
      return {scandir, was_up: left}
    }

    const result = await runTool(tree, 's6-svscanctl', ['-t', scandir])
    if (result.exitCode !== 0) throw toolFailed(tree, 's6-svscan was not told to end', result)
    await waitForEnd(tree, slots)
    if (await waitUntil(host, deadlines.supervised, () => host.probeFifo(controlFifo(scandir)) !== 'live')) return {scandir, was_up: true}
    throw new ServiceManagerError('timeout', `s6-svscan in ${scandir} did not end though its services have`)
  })
}

const privateTree = (host: Host, deadlines: Deadlines): Tree => ({deadlines, host, scandir: privateScandir(host.home)})

/** As root: nothing is made, and no tree of root's is started, where another user can put links. */
function refuseForeignHome({home, uid}: Host): void {
  const owner = uid === 0 ? statSync(home, {throwIfNoEntry: false})?.uid : undefined
  if (!owner) return
  const message = `could not start a supervision tree: ${home} belongs to user ${owner}, and this is root`
  throw new ServiceManagerError('permission', message, {suggestions: [asThatUser(owner)]})
}

/** Nobody else may be able to put a service there: whoever can is us. */
function makeDirectories({host, scandir}: Tree): void {
  for (const directory of [dirname(scandir), scandir]) {
    try {
      makeDirectory(directory, 0o700)
      const stat = lstatSync(directory)
      if (!stat.isDirectory()) throw refuse(`${directory} is a symbolic link or no directory`)
      if (stat.uid !== host.uid) throw refuse(`${directory} belongs to user ${stat.uid}, and this is user ${host.uid}`)
      if ((stat.mode & 0o022) !== 0) throw refuse(`${directory} can be written by others`)
    } catch (error) {
      const {code} = error as NodeJS.ErrnoException
      if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
        throw refuse(`${directory} cannot be made or changed: ${(error as Error).message}`)
      if (isServiceManagerError(error)) throw error
      throw new ServiceManagerError('unavailable', `${directory} cannot be made: ${(error as Error).message}`, {
        cause: error,
        suggestions: ['Choose another home with HERMES_HOME.'],
      })
    }
  }
}

const refuse = (because: string): ServiceManagerError =>
  new ServiceManagerError('permission', `could not start a supervision tree: ${because}`, {
    suggestions: ['Move it away or give it back to yourself with mode 0700, then run the command again.'],
  })

/** What a tree that was killed left: supervisors that still run, then our directories. Other things are kept. */
async function clear(tree: Tree): Promise<void> {
  const {scandir} = tree
  const names = directoriesIn(scandir)
  await endSupervisors(
    tree,
    names.map((name) => join(scandir, name)),
  )
  // Symbolic links too: s6-svscan would follow them; removing one leaves alone what it leads to.
  for (const name of readdirSync(scandir)) {
    if (/^\.?gateway-/.test(name) || name === '.s6-svscan') rmSync(join(scandir, name), {force: true, recursive: true})
  }
}
