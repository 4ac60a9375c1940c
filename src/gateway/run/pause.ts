import {setTimeout as delay} from 'node:timers/promises'

/** Sleeps; true when `signal` cut it short. Leaves no listener behind, however often it is called. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  try {
    await delay(milliseconds, undefined, {signal})
    return false
  } catch {
    return true
  }
}

/** Settles with `undefined` when `signal` aborts first. Cancels nothing. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  if (signal.aborted) {
    work.catch(() => {})
    return Promise.resolve(undefined)
  }

  return new Promise((resolve, reject) => {
    const onAbort = () => resolve(undefined)
    signal.addEventListener('abort', onAbort, {once: true})
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
