import {setTimeout as delay} from 'node:timers/promises'

import {isAlive} from '../host/process.js'
import {HermesError} from '../profile/errors.js'
import {probeLock, settledLock, type LockHolder} from './lock.js'
import {writePlannedStop} from './planned-stop.js'

/** Milliseconds between two looks at the lock: the kernel tells nobody when one is dropped. */
const LOOK = 25

/** Leaves the planned-stop marker for whichever process runs the profile now, if one does. */
export async function markStop(directory: string): Promise<void> {
  const {holder} = await probeLock(directory)
  if (holder) await writePlannedStop(directory, holder)
}

/**
 * Ends a gateway that no manager looks after: one in a terminal, or one whose supervisor died. SIGTERM with the marker,
 * SIGKILL at the deadline (seconds). Every signal goes to a process identified by boot, pid and start time.
 */
export async function endHolder(directory: string, profile: string, deadlineSeconds: number): Promise<void> {
  const {held, holder} = await settledLock(directory)
  if (!held) return
  if (!holder) throw stillRuns(profile, 'a process that cannot be seen from here, in another container perhaps')
  await writePlannedStop(directory, holder)
  if (await end(directory, holder, 'SIGTERM', deadlineSeconds)) return
  if (await end(directory, holder, 'SIGKILL', 5)) return
  throw stillRuns(profile, `pid ${holder.pid}`)
}

async function end(directory: string, holder: LockHolder, signal: 'SIGKILL' | 'SIGTERM', seconds: number): Promise<boolean> {
  if (isAlive(holder)) tell(holder, signal)
  const deadline = Date.now() + seconds * 1000
  while (Date.now() < deadline) {
    const now = await probeLock(directory)
    if (!now.held || (now.holder && now.holder.pid !== holder.pid)) return true
    await delay(LOOK)
  }

  return false
}

/** Throws `permission`. That it ended in between is what was wanted. */
function tell({pid, profile}: LockHolder, signal: 'SIGKILL' | 'SIGTERM'): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return
    throw new HermesError(
      'permission',
      `the gateway of "${profile}", pid ${pid}, belongs to another user and may not be stopped by this one`,
      {
        cause: error,
        suggestions: ['Run this as the user who started it.'],
      },
    )
  }
}

const stillRuns = (profile: string, who: string): HermesError =>
  new HermesError('stop-failed', `the gateway of "${profile}" is still run by ${who}`, {suggestions: ['Stop it where it was started.']})
