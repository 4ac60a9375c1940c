import {realpath, rm, stat, type FileHandle} from 'node:fs/promises'
import {resolve} from 'node:path'
import {setTimeout as delay} from 'node:timers/promises'

import {elsewhereText, homeInUse, leaseFile, leaseRecordFile, supervisionOf, whereabouts} from '../gateway/supervision.js'
import {ensureDirectory, writeJson} from '../host/files.js'
import {openLockFile, tryLock} from '../host/lock.js'
import {storageError} from '../profile/errors.js'

/** Milliseconds for somebody who only looks to let the lock go. */
const PATIENCE = 1000
/** A boot goes on without the lease where the file system has no room or no locks: then nobody has it. */
const NO_LOCKS = new Set(['EDQUOT', 'EIO', 'ENOLCK', 'ENOSPC', 'ENOSYS', 'EOPNOTSUPP'])

export interface Leasing {
  readonly home: string
  /** Where is to be published. */
  readonly scandir: string
  readonly now?: Date
  readonly warn: (message: string) => void
}

/** For a dry run: who would refuse. */
export async function refusal({home, scandir}: Pick<Leasing, 'home' | 'scandir'>): Promise<string | undefined> {
  const supervision = await supervisionOf(home)
  if (supervision.by === 'nobody' || (supervision.by === 'here' && (await isSame(supervision.record.scandir, scandir)))) return undefined
  return elsewhereText(supervision.record)
}

/**
 * Runs `work` where nobody but the tree of this very scandir supervises the home. Where no tree does, as with one that
 * hermes did not start, this process holds the lease meanwhile. Throws `home-in-use`, `storage`, `permission`.
 */
export async function withLease<T>(leasing: Leasing, work: () => Promise<T>): Promise<T> {
  const {home, now = new Date(), scandir, warn} = leasing
  const handle = await take(leasing)
  if (!handle) return work()
  const record = leaseRecordFile(home)
  try {
    await writeJson(record, {scandir, ...whereabouts(), since: now.toISOString()}).catch((error: unknown) => {
      warn(storageError(`${record} cannot be written`, error).message)
    })
    try {
      return await work()
    } finally {
      // While it is still ours: the next one to hold the lock must not find our name.
      await rm(record, {force: true}).catch(() => {})
    }
  } finally {
    await handle.close()
  }
}

/** The lock, or undefined where our own tree has it or nothing can be locked. */
async function take({home, scandir, warn}: Leasing): Promise<FileHandle | undefined> {
  let handle: FileHandle
  try {
    handle = await open(home)
  } catch (error) {
    const {code = ''} = error as NodeJS.ErrnoException
    const told = storageError(`${leaseFile(home)} cannot be locked`, error)
    if (!NO_LOCKS.has(code)) throw told
    warn(`${told.message}; another container that uses this home would not be noticed`)
    return undefined
  }

  const deadline = Date.now() + PATIENCE
  try {
    while (!tryLock(handle)) {
      const supervision = await supervisionOf(home)
      if (supervision.by !== 'nobody') {
        if (supervision.by === 'here' && (await isSame(supervision.record.scandir, scandir))) return await closed(handle)
        throw homeInUse(supervision.record)
      }

      // Those who look share it for a moment.
      if (Date.now() >= deadline) throw homeInUse(undefined)
      await delay(15)
    }

    return handle
  } catch (error) {
    await handle.close()
    throw error
  }
}

async function closed(handle: FileHandle): Promise<undefined> {
  await handle.close()
}

async function open(home: string): Promise<FileHandle> {
  await ensureDirectory(home)
  const handle = await openLockFile(leaseFile(home), {create: true})
  // Made by root in another user's home it would lock that user out.
  if (process.geteuid?.() === 0) await handOver(home, handle).catch(() => {})
  return handle
}

async function handOver(home: string, handle: FileHandle): Promise<void> {
  const [owner, file] = await Promise.all([stat(home), handle.stat()])
  if (owner.uid !== 0 && file.uid === 0) await handle.chown(owner.uid, owner.gid)
}

const isSame = async (a: string, b: string): Promise<boolean> => (await real(a)) === (await real(b))
const real = (path: string): Promise<string> => realpath(path).catch(() => resolve(path))
