import {constants} from 'node:fs'
import {open, stat, type FileHandle} from 'node:fs/promises'
import {setTimeout as delay} from 'node:timers/promises'

import {loadNativeLock} from './native-lock.js'
import {isWindows} from './platform.js'

/** Milliseconds between two attempts to get a lock that another process has. */
const RETRY = 15

/** Opens a file to be locked, making it if asked to. Never through a symlink, never waiting on a FIFO. */
export async function openLockFile(path: string, {create}: {readonly create: boolean}): Promise<FileHandle> {
  const flags = constants.O_RDWR | (create ? constants.O_CREAT : 0)
  const handle = await open(path, flags | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0), 0o600)
  try {
    if (!(await handle.stat()).isFile()) throw Object.assign(new Error('a lock must be a regular file'), {code: 'ELOOP'})
    return handle
  } catch (error) {
    await handle.close()
    throw error
  }
}

/** On Windows nobody else can read what is locked (LockFileEx): one byte far beyond the end, where nothing is to be read. */
const FAR = 2 ** 40

/**
 * Takes the kernel's lock on an open file, or answers false when someone else has it: another process, or another
 * handle of this one. It goes with the handle, however the process ends. `shared`: beside others that only share it.
 */
export function tryLock(handle: FileHandle, options: {readonly shared?: boolean} = {}, far = isWindows): boolean {
  const native = loadNativeLock()
  return far ? native.tryLock(handle.fd, FAR, 1, options) : native.tryLock(handle.fd, options)
}

/** Someone else kept the lock for as long as we were ready to wait. */
export class LockBusyError extends Error {
  constructor(path: string, milliseconds: number) {
    super(`${path} is locked by another process, also after ${milliseconds / 1000} s`)
    this.name = 'LockBusyError'
  }
}

/**
 * Runs `work` while this process alone holds the lock on `path`. The file stays: removing a lock file lets two in.
 * Throws `LockBusyError` after `timeout` milliseconds, and whatever opening the file throws.
 */
export async function withLock<T>(path: string, work: () => Promise<T>, timeout = 30_000): Promise<T> {
  const deadline = Date.now() + timeout
  for (;;) {
    const handle = await openLockFile(path, {create: true})
    try {
      if (tryLock(handle) && (await isStill(path, handle))) return await work()
    } finally {
      await handle.close()
    }

    if (Date.now() >= deadline) throw new LockBusyError(path, timeout)
    await delay(RETRY)
  }
}

/** The name still leads to the file that was locked, and not to one made after ours was removed. */
async function isStill(path: string, handle: FileHandle): Promise<boolean> {
  const [ours, named] = await Promise.all([handle.stat(), stat(path).catch(() => {})])
  return named !== undefined && ours.ino === named.ino && ours.dev === named.dev
}
