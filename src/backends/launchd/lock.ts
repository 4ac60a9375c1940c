import {ServiceManagerError} from '@hermes-cli/service-manager'

import {closeSync, constants, fstatSync, openSync, statSync} from 'node:fs'

import {plistPath, type Site} from './site.js'

/** open(2) of macOS: the file comes locked, and the kernel unlocks it with the process however that ends. */
const O_EXLOCK = 0x20
/** Milliseconds. */
const PATIENCE = 180_000
const LOOK = 50

const inThisProcess = new Map<string, Promise<unknown>>()

/** Runs `act` while no other hermes changes the same service. The lock is on the definition itself: nothing is left behind. */
export async function exclusively<T>(site: Site, id: string, act: () => Promise<T>): Promise<T> {
  const path = plistPath(site, id)
  const before = inThisProcess.get(path)
  const running = (async () => {
    await before?.catch(() => {})
    const fd = await locked(site, path)
    try {
      return await act()
    } finally {
      if (fd !== undefined) closeSync(fd)
    }
  })()
  inThisProcess.set(path, running)
  try {
    return await running
  } finally {
    if (inThisProcess.get(path) === running) inThisProcess.delete(path)
  }
}

async function locked({host}: Site, path: string): Promise<number | undefined> {
  // The flag means nothing elsewhere, where only tests get to.
  if (process.platform !== 'darwin') return undefined
  const deadline = host.now() + PATIENCE
  for (;;) {
    const fd = tryLock(path)
    if (fd === undefined) return undefined
    if (fd !== 'busy') {
      if (isStill(path, fd)) return fd
      closeSync(fd)
    } else if (host.now() >= deadline) {
      const message = `another hermes has been changing ${path} for ${PATIENCE / 1000} s`
      throw new ServiceManagerError('timeout', message, {suggestions: ['Wait for it, or end that process, then run the command again.']})
    } else await host.sleep(LOOK)
  }
}

/** Undefined where nothing can be locked: the file is not there yet, or not ours to read. */
function tryLock(path: string): number | 'busy' | undefined {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | O_EXLOCK)
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException
    return code === 'EAGAIN' || code === 'EWOULDBLOCK' ? 'busy' : undefined
  }
}

/** It may have been replaced by who had the lock. */
function isStill(path: string, fd: number): boolean {
  const [now, mine] = [statSync(path, {throwIfNoEntry: false}), fstatSync(fd)]
  return now?.ino === mine.ino && now.dev === mine.dev
}
