import {isServiceManagerError, type ServiceManager} from '@hermes-cli/service-manager'

import {HermesError} from '../profile/errors.js'
import {findProfile} from '../profile/read.js'

/**
 * Runs a verb on a profile that another hermes may delete or rename at any moment. When that has happened the verb has
 * failed, however it went, and says so; a service that it registered too late is removed. Throws `profile-not-found`.
 */
export async function unlessGone<T>(
  {home, manager}: {readonly home: string; readonly manager: Pick<ServiceManager, 'uninstall'>},
  profile: string,
  verb: () => Promise<T>,
): Promise<T> {
  const outcome = await verb().then(
    (result) => ({ok: true as const, result}),
    (error: unknown) => ({error, ok: false as const}),
  )
  if (await isGone(home, profile)) {
    // Best effort: nothing but this slot, which the next boot would not make again, is left if it fails.
    await manager.uninstall(profile).catch(() => {})
    throw new HermesError('profile-not-found', `the profile "${profile}" was deleted or renamed meanwhile`, {
      cause: outcome.ok ? undefined : outcome.error,
      suggestions: ['See those there are: hermes profile list'],
    })
  }

  if (!outcome.ok) throw outcome.error
  return outcome.result
}

async function isGone(home: string, profile: string): Promise<boolean> {
  try {
    await findProfile(home, profile)
    return false
  } catch (error) {
    return error instanceof HermesError && error.code === 'profile-not-found'
  }
}

/** What is not registered does not run: somebody removed the service between two looks. */
export async function unlessRemoved(work: Promise<void>): Promise<void> {
  await work.catch((error: unknown) => {
    if (!isServiceManagerError(error) || error.code !== 'not-registered') throw error
  })
}
