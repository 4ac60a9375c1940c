import {checkHome} from './home.js'
import {checkProfiles} from './profiles.js'
import type {Finding, HomeFacts} from './types.js'

/** Pure: everything that is wrong, errors first. `profile`: with that one, and nothing else. */
export function examine(facts: HomeFacts, profile?: string): readonly Finding[] {
  const all = [...checkHome(facts), ...checkProfiles(facts)].filter((one) => profile === undefined || one.profile === profile)
  return [...all.filter(({severity}) => severity === 'error'), ...all.filter(({severity}) => severity === 'warning')]
}
