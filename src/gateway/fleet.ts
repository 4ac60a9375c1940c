import {mapBounded} from '../host/concurrent.js'
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
  return mapBounded(profiles, atOnce, async (profile): Promise<FleetOutcome<T>> => {
    try {
      return {ok: true, profile, result: await verb(profile)}
    } catch (error) {
      return {error: asError(error), ok: false, profile}
    }
  })
}
