import {readLogDirectory, ServiceManagerError, type LogOptions} from '@hermes-cli/service-manager'

import {join} from 'node:path'

import {permissionDenied, type Tree} from './scandir.js'
import {claimOf, notOwned, slotPath} from './slot.js'

/** The last lines of what s6-log keeps, oldest first, and with `follow` what comes after them, across rotations. */
export async function* readLogs(tree: Tree, id: string, options: LogOptions): AsyncIterable<string> {
  const directory = logDirectory(tree, id)
  try {
    yield* readLogDirectory(tree.host, directory, options)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EACCES')
      throw permissionDenied(tree.host, directory, `could not read the log of "${id}"`)
    throw error
  }
}

function logDirectory({host, scandir}: Tree, id: string): string {
  const slot = slotPath(scandir, id)
  const claim = claimOf(slot, host.home)
  if (claim.is === 'ours') return join(host.home, claim.record.log_directory)
  if (claim.is === 'foreign') throw notOwned(claim.because)
  throw new ServiceManagerError('not-registered', `no service "${id}" is registered: there is no ${slot}`)
}
