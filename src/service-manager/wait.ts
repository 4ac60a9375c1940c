import {ServiceManagerError} from './errors.js'
import type {Host} from './host.js'
import type {ServiceSpec, ServiceStatus} from './types.js'

type Clock = Pick<Host, 'now' | 'sleep'>

/** Milliseconds between two looks at most. */
const LONGEST_PAUSE = 50
/** Seconds a program may take to be ready when its spec does not say. */
const START_SECONDS = 60

/** Looks again and again until `done`, at most for so many milliseconds, on the clock of the host. False at the deadline. */
export async function waitUntil(clock: Clock, milliseconds: number, done: () => Promise<boolean> | boolean): Promise<boolean> {
  const deadline = clock.now() + milliseconds
  for (let pause = 2; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    if (await done()) return true
    const left = deadline - clock.now()
    if (left <= 0) return false
    await clock.sleep(Math.min(pause, left))
  }
}

/**
 * What `start` and `restart` wait for: returns once the service is `running`. Throws `failed-to-start` when it is `failed`
 * or `stopped`, and `timeout` when it is neither within the `startSeconds` of its spec (60 where it has none). While the
 * manager may not have taken up the order, `look` says `starting`.
 */
export async function waitUntilUp(
  clock: Clock,
  {id, startSeconds = START_SECONDS}: Pick<ServiceSpec, 'id' | 'startSeconds'>,
  look: () => Promise<ServiceStatus> | ServiceStatus,
): Promise<void> {
  let seen = await look()
  const settled = await waitUntil(clock, startSeconds * 1000, async () => {
    seen = await look()
    return seen.state === 'running' || seen.state === 'failed' || seen.state === 'stopped'
  })
  if (seen.state === 'running') return
  if (!settled) throw new ServiceManagerError('timeout', `"${id}" was not ready within ${startSeconds} s: it is ${seen.state}`)
  const because = seen.state === 'failed' ? seen.because : 'it ended at once'
  throw new ServiceManagerError('failed-to-start', `"${id}" did not start: ${because}`)
}

/** Milliseconds a killed process may take to be gone. */
const KILLED = 10_000

/**
 * What `stop` waits for once SIGTERM is sent, where the manager does not kill by itself: `kill` is called after the
 * `stopSeconds` of the spec. Throws `timeout` when the process is there ten seconds later still.
 */
export async function waitUntilDown(
  clock: Clock,
  {id, stopSeconds}: Pick<ServiceSpec, 'id' | 'stopSeconds'>,
  isDown: () => Promise<boolean> | boolean,
  kill: () => Promise<void> | void,
): Promise<void> {
  if (await waitUntil(clock, stopSeconds * 1000, isDown)) return
  await kill()
  if (await waitUntil(clock, KILLED, isDown)) return
  throw new ServiceManagerError('timeout', `"${id}" was killed after ${stopSeconds} s, and is not gone ${KILLED / 1000} s later`)
}
