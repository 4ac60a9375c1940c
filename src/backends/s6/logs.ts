import {notOwned, notRegistered, readLogDirectory, type LogOptions} from '@hermes-cli/service-manager'

import {join} from 'node:path'

import type {Tree} from './scandir.js'
import {claimOf, slotPath} from './slot.js'

/** The last lines of what s6-log keeps, oldest first, and with `follow` what comes after them, across rotations. */
export async function* readLogs({host, scandir}: Tree, id: string, options: LogOptions): AsyncIterable<string> {
  const slot = slotPath(scandir, id)
  const claim = claimOf(slot, host.home)
  if (claim.is === 'foreign') throw notOwned(claim.because)
  if (claim.is === 'absent') throw notRegistered(id, `there is no ${slot}`)
  yield* readLogDirectory(host, join(host.home, claim.record.log_directory), options)
}
