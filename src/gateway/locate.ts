import {isServiceManagerError, type Selection, type ServiceStatus} from '@hermes-cli/service-manager'

import {asError} from '../host/errors.js'

/** What a manager knows of a profile. A definition of another home is none of ours, and so is absent. */
export async function statusOn({manager}: Pick<Selection, 'manager'>, profile: string): Promise<ServiceStatus> {
  try {
    return await manager.status(profile)
  } catch (error) {
    if (isServiceManagerError(error) && error.code === 'not-owned') return {state: 'absent'}
    throw error
  }
}

/**
 * The one that has the service of this profile, or else the first: where it would be registered. Of a single one nothing
 * is asked. One that does not answer is passed over, and said.
 */
export async function locate<T extends Pick<Selection, 'label' | 'manager'>>(
  candidates: readonly [T, ...T[]],
  profile: string,
  warn: (message: string) => void,
): Promise<T> {
  const [first] = candidates
  if (candidates.length === 1) return first
  for (const candidate of candidates) {
    try {
      const {state} = await statusOn(candidate, profile)
      if (state !== 'absent' && state !== 'unknown') return candidate
    } catch (error) {
      warn(`${candidate.label} does not say whether it has the gateway of "${profile}": ${asError(error).message}`)
    }
  }

  return first
}
