import {checkName} from '../../profile/name.js'
import {profileDirectory} from '../../profile/paths.js'
import {settledLock} from '../lock.js'
import {writePlannedStop} from '../planned-stop.js'

export interface Marking {
  readonly home: string
  readonly profile: string
  /** Of the process that the service manager is about to end. */
  readonly pid: number
}

/**
 * Leaves the planned-stop marker for the gateway that a service manager is about to end. Only for that process: one that
 * waits for a gateway in a terminal is not that gateway. Throws `invalid-name`, `storage` or `permission`.
 */
export async function markSupervised({home, pid, profile}: Marking): Promise<void> {
  checkName(profile)
  const directory = profileDirectory(home, profile)
  const {holder} = await settledLock(directory)
  if (holder?.pid === pid) await writePlannedStop(directory, holder)
}
