import {ServiceManagerError, type DetectionResult, type Scope, type Selection} from '@hermes-cli/service-manager'
import {Flags} from '@oclif/core'

export const scopeFlags = {
  system: Flags.boolean({description: 'The service of the machine, not of a user', exclusive: ['user']}),
  user: Flags.boolean({description: 'The service of this user, not of the machine', exclusive: ['system']}),
}

export interface ScopeFlags {
  readonly system?: boolean
  readonly user?: boolean
}

export const askedScope = ({system, user}: ScopeFlags): Scope | undefined => (system ? 'system' : user ? 'user' : undefined)

/**
 * Where a verb may act, best first: every usable manager (of the kind that HERMES_BACKEND names), or the one of the scope
 * that was asked for. Empty: none is usable. Throws `not-supported` or `unavailable` for a scope that is not to be had.
 */
export function candidates(detection: DetectionResult, flags: ScopeFlags, wanted?: string): readonly Selection[] {
  const usable = wanted ? detection.usable.filter(({backend}) => backend.kind === wanted) : detection.usable
  const scope = askedScope(flags)
  const meant = detection.selection ?? usable[0]
  if (!scope || !meant) return usable
  const found = usable.find((one) => one.backend.kind === meant.backend.kind && one.scope === scope)
  if (found) return [{...found, readOnly: false}]
  throw noSuchScope(detection, meant, scope)
}

function noSuchScope({considered, usable}: DetectionResult, {backend, label}: Selection, scope: Scope): ServiceManagerError {
  const other = usable.find((one) => one.scope === scope)
  const elsewhere = other ? [`Name the manager too: HERMES_BACKEND=${other.backend.kind} hermes …`] : []
  if (!backend.supports.scopes.includes(scope)) {
    return new ServiceManagerError('not-supported', `${label} has no ${scope} scope`, {
      suggestions: [`Leave --${scope} out.`, ...elsewhere],
    })
  }

  const because = considered.find((one) => one.kind === backend.kind && one.scope === scope)?.because ?? 'no reason given'
  return new ServiceManagerError('unavailable', `${backend.label} is not usable in the ${scope} scope: ${because}`, {
    suggestions: ['See what was looked for: hermes backend', ...elsewhere],
  })
}
