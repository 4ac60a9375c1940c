import {join} from 'node:path'

import {ensureDirectory} from '../host/files.js'
import {LockBusyError, withLock} from '../host/lock.js'
import {HermesError, storageError} from './errors.js'
import {profilesDirectory} from './paths.js'

/**
 * Runs `work` while no other hermes creates, renames or deletes a profile of this home. Makes the home when there is
 * none. Throws `busy` when the others take longer than `timeout` milliseconds.
 */
export async function changingProfiles<T>(home: string, work: () => Promise<T>, timeout?: number): Promise<T> {
  try {
    await ensureDirectory(profilesDirectory(home))
    return await withLock(join(profilesDirectory(home), '.lock'), work, timeout)
  } catch (error) {
    if (error instanceof LockBusyError) {
      const suggestions = ['Try again in a moment.']
      throw new HermesError('busy', `another hermes is changing the profiles of ${home}`, {cause: error, suggestions})
    }

    throw storageError(`the profiles of ${home} cannot be changed`, error)
  }
}
