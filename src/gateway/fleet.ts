import {asError} from '../host/errors.js'

/** How many gateways are worked on at the same time: enough to hide waiting, few enough not to start fifty programs at once. */
const AT_ONCE = 4

export type FleetOutcome<T> =
  {readonly profile: string; readonly ok: false; readonly error: Error} | {readonly profile: string; readonly ok: true; readonly result: T}

/** One verb over many profiles, some at a time, in the given order. One failure stops no other. */
export async function overMany<T>(
  profiles: readonly string[],
  verb: (profile: string) => Promise<T>,
  atOnce = AT_ONCE,
): Promise<ReadonlyArray<FleetOutcome<T>>> {
  const outcomes: Array<FleetOutcome<T>> = []
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < profiles.length) {
      const at = next++
      const profile = profiles[at]!
      try {
        outcomes[at] = {ok: true, profile, result: await verb(profile)}
      } catch (error) {
        outcomes[at] = {error: asError(error), ok: false, profile}
      }
    }
  }

  await Promise.all(Array.from({length: Math.min(atOnce, profiles.length)}, worker))
  return outcomes
}
