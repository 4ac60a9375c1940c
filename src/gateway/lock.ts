import type {FileHandle} from 'node:fs/promises'
import {setTimeout as delay} from 'node:timers/promises'

import {openLockFile, tryLock} from '../host/lock.js'
import {isAlive, type ProcessIdentity} from '../host/process.js'
import {files} from '../profile/paths.js'

/** Who holds gateway.lock: written into the file by the holder. Metadata; the kernel's lock is the truth. */
export interface LockHolder extends ProcessIdentity {
  readonly home: string
  readonly profile: string
  /** Under which supervisor process it runs; undefined in the foreground. */
  readonly supervisor?: ProcessIdentity
}

export interface GatewayLock {
  /** Replaces the record in the file. */
  describe(holder: LockHolder): Promise<void>
  release(): Promise<void>
}

/** Takes the lock or answers undefined at once. The kernel drops it with the process, however that dies. */
export async function acquireLock(directory: string): Promise<GatewayLock | undefined> {
  const handle = await openLockFile(files.lock(directory), {create: true})
  let taken = false
  try {
    taken = tryLock(handle)
  } finally {
    if (!taken) await handle.close()
  }

  if (!taken) return undefined

  return {
    async describe(holder) {
      const text = Buffer.from(`${JSON.stringify(holder)}\n`)
      await handle.write(text, 0, text.length, 0)
      await handle.truncate(text.length)
    },
    release: () => handle.close(),
  }
}

export interface LockState {
  readonly held: boolean
  /** Who holds it, where it is a living process that can be seen from here. */
  readonly holder?: LockHolder
}

/** Milliseconds a gateway may take from having the lock to having said who it is. */
const INTRODUCTION = 1000

/** `probeLock`, but a holder without a name is given time to say it before it counts as one that cannot be seen. */
export async function settledLock(directory: string): Promise<LockState> {
  const deadline = Date.now() + INTRODUCTION
  for (;;) {
    const state = await probeLock(directory)
    if (!state.held || state.holder || Date.now() >= deadline) return state
    await delay(20)
  }
}

/**
 * Is a gateway of this profile alive, and which? Taking the lock for a moment to find out is harmless: a gateway that
 * starts at that very moment tries again. `held` without a holder: someone holds it but has not said who yet.
 */
export async function probeLock(directory: string): Promise<LockState> {
  let handle: FileHandle
  try {
    handle = await openLockFile(files.lock(directory), {create: false})
  } catch {
    return {held: false}
  }

  try {
    // Shared, so that two who only ask never take each other for a gateway.
    if (tryLock(handle, {shared: true})) return {held: false}
    const buffer = Buffer.alloc(8192)
    const {bytesRead} = await handle.read(buffer, 0, buffer.length, 0)
    const holder = parseHolder(buffer.toString('utf8', 0, bytesRead))
    return holder && isAlive(holder) ? {held: true, holder} : {held: true}
  } catch (error) {
    // Whatever is there instead of a file, no gateway has taken it for its lock.
    if ((error as NodeJS.ErrnoException).code === 'ELOOP') return {held: false}
    throw error
  } finally {
    await handle.close()
  }
}

function parseHolder(text: string): LockHolder | undefined {
  try {
    const value = JSON.parse(text) as LockHolder
    return Number.isSafeInteger(value.pid) && typeof value.profile === 'string' && typeof value.home === 'string' ? value : undefined
  } catch {
    return undefined
  }
}
