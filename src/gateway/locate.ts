import {isServiceManagerError, type Selection, type ServiceStatus} from '@hermes-cli/service-manager'

import {asError} from '../host/errors.js'
import {unlessRemoved} from './meanwhile.js'

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

type Place = Pick<Selection, 'label' | 'manager' | 'readOnly'>

export interface Located<T> {
  /** The one that has the service up, or has it, or else the first in which it may be registered; undefined where that is none. */
  readonly main: T | undefined
  /** The others that have it too. */
  readonly others: readonly T[]
}

/** Where the service of a profile is. Of a single candidate nothing is asked. One that does not answer is passed over, and said. */
export async function locate<T extends Place>(
  candidates: readonly T[],
  profile: string,
  warn: (message: string) => void,
): Promise<Located<T>> {
  const first = candidates.find(({readOnly}) => !readOnly)
  if (candidates.length === 1 && first) return {main: first, others: []}
  const found: Array<{candidate: T; state: ServiceStatus['state']}> = []
  // One after the other: root acts for the owner of a home one thing at a time.
  for (const candidate of candidates) {
    try {
      const {state} = await oursOnly(candidate).manager.status(profile)
      if (state !== 'absent' && state !== 'unknown') found.push({candidate, state})
    } catch (error) {
      warn(`${candidate.label} does not say whether it has the gateway of "${profile}": ${asError(error).message}`)
    }
  }

  const main = (found.find(({state}) => state === 'running' || state === 'starting') ?? found[0])?.candidate ?? first
  return {main, others: found.map(({candidate}) => candidate).filter((candidate) => candidate !== main)}
}

/** Pure: what to say where more than one has it; only one of them can hold its lock. */
export function doubleText({main, others}: Located<Pick<Selection, 'label'>>, profile: string): string | undefined {
  if (!main || others.length === 0) return undefined
  const labels = [main, ...others].map(({label}) => label).join(' and ')
  return `${labels} have the service of "${profile}": hermes doctor says how to remove one`
}

/** One manager made of several that have the service: what takes it down or away does so on each of them. */
export function together(main: Selection['manager'], others: ReadonlyArray<Selection['manager']>): Selection['manager'] {
  const each = async (act: (manager: Selection['manager']) => Promise<void>): Promise<void> => {
    for (const manager of [main, ...others]) await act(manager)
  }

  return {
    ...main,
    stop: (id, options) => each((manager) => unlessRemoved(manager.stop(id, options))),
    uninstall: (id) => each((manager) => manager.uninstall(id)),
  }
}
