import type {Selection} from '@hermes-cli/service-manager'

import {Flags} from '@oclif/core'

import type {Control, VerbResult} from '../gateway/control.js'
import {together} from '../gateway/locate.js'
import {scopeFlags, type ScopeFlags} from './scope.js'

export const manyFlags = {
  all: Flags.boolean({char: 'a', description: 'Every profile'}),
  ...scopeFlags,
}

export const forceFlag = {
  force: Flags.boolean({description: 'Also for a home in a temporary directory'}),
}

export interface VerbFlags extends ScopeFlags {
  readonly all?: boolean
  readonly force?: boolean
  readonly profile?: string | undefined
}

/** With the manager that has the profile's service, or is to have it. */
export interface PlacedControl extends Control {
  readonly selection: Selection
  /** That have it too. */
  readonly others: readonly Selection[]
}

/** For a verb that takes a service down or away: wherever it is, unless a manager or scope was named. */
export const everywhere = (control: PlacedControl): PlacedControl => ({
  ...control,
  manager: together(
    control.manager,
    control.others.map(({manager}) => manager),
  ),
  others: [],
})

export interface Controls {
  readonly controlFor: (profile: string) => Promise<PlacedControl>
  /** Undefined: as many as usual. */
  readonly atOnce: number | undefined
}

export type Verb = (control: PlacedControl, profile: string) => Promise<VerbResult>
