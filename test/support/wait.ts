import {setTimeout as delay} from 'node:timers/promises'

/** Asks again every few milliseconds until there is an answer; fails at the deadline with what was last seen. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  milliseconds = 15_000,
): Promise<T> {
  const deadline = Date.now() + milliseconds
  let last: unknown
  for (;;) {
    try {
      const answer = await ask()
      if (answer !== undefined && answer !== false) return answer
      last = answer
    } catch (error) {
      last = error
    }

    if (Date.now() > deadline) throw new Error(`${what}: not so within ${milliseconds} ms (last: ${String(last)})`)
    await delay(20)
  }
}
