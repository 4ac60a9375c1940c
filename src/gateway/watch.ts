import {pause} from './run/pause.js'
import type {GatewayStatus} from './status.js'

/** Milliseconds between two looks. */
const LOOK = 1000
/** Looks in a row: between the two halves of a restart a gateway is down too, and a question can fail once. */
const LOOKS = 2
const DOWN: ReadonlyArray<GatewayStatus['state']> = ['absent', 'failed', 'foreground', 'stopped']

/**
 * Waits until a gateway is down for good and answers with how it is then; with undefined when `signal` came first.
 * Throws what `look` throws when it does so again and again.
 */
export async function untilDown(look: () => Promise<GatewayStatus>, signal: AbortSignal, every = LOOK): Promise<GatewayStatus | undefined> {
  let down = 0
  let failures = 0
  while (!(await pause(every, signal))) {
    try {
      const status = await look()
      failures = 0
      down = DOWN.includes(status.state) ? down + 1 : 0
      if (down >= LOOKS) return status
    } catch (error) {
      if (++failures > LOOKS) throw error
    }
  }

  return undefined
}
