import {isServiceManagerError, type Selection, type ServiceStatus} from '@hermes-cli/service-manager'

import {asError} from '../host/errors.js'

/** A definition of that name that belongs to another home is not there for us: it is not read, not removed, and in nobody's way. */
export function oursOnly<T extends Pick<Selection, 'manager'>>(selection: T): T {
  const {manager} = selection
  const unlessForeign = async <R>(work: Promise<R>, otherwise: R): Promise<R> => {
    try {
      return await work
    } catch (error) {
      if (isServiceManagerError(error) && error.code === 'not-owned') return otherwise
      throw error
    }
  }

  return {
    ...selection,
    manager: {
      ...manager,
      status: (id) => unlessForeign<ServiceStatus>(manager.status(id), {state: 'absent'}),
      uninstall: (id) => unlessForeign(manager.uninstall(id), undefined),
    },
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
      const {state} = await oursOnly(candidate).manager.status(profile)
      if (state !== 'absent' && state !== 'unknown') return candidate
    } catch (error) {
      warn(`${candidate.label} does not say whether it has the gateway of "${profile}": ${asError(error).message}`)
    }
  }

  return first
}
