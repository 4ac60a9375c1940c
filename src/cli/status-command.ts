import type {Selection} from '@hermes-cli/service-manager'

import {doubleText, locate} from '../gateway/locate.js'
import {gatewayStatus} from '../gateway/status.js'
import {elsewhereText, supervisionOf} from '../gateway/supervision.js'
import {overMany} from '../gateway/fleet.js'
import {profileDirectory} from '../profile/paths.js'
import {GatewayCommand} from './gateway-verb.js'
import type {StatusReport} from './render/gateway.js'
import {candidates, type ScopeFlags} from './scope.js'

/** Statuses are only read: more at once than verbs. */
const READS_AT_ONCE = 8

export abstract class StatusCommand extends GatewayCommand {
  /** Who supervises this home where it is not from here. */
  protected elsewhere: readonly string[] = []

  /** Works without a service manager too: the lock tells whether a gateway lives. */
  protected async reports(profiles: readonly string[], flags: ScopeFlags): Promise<StatusReport[]> {
    const detection = await this.detect()
    const {selection} = detection
    const among = candidates(detection, flags, this.context.host.environment.HERMES_BACKEND)
    const supervision = await supervisionOf(this.home)
    if (supervision.by === 'elsewhere') this.elsewhere = [elsewhereText(supervision.record)]
    const outcomes = await overMany(
      profiles,
      async (profile): Promise<StatusReport> => {
        const located = await locate(among, profile, (text) => this.warn(text))
        const {main} = located
        const status = await gatewayStatus(profile, profileDirectory(this.home, profile), main?.manager)
        const double = doubleText(located, profile)
        const warnings = double ? [...status.warnings, double] : status.warnings
        return {...status, manager: main?.label ?? null, scope: main?.scope ?? null, warnings}
      },
      READS_AT_ONCE,
    )
    return outcomes
      .map((outcome) => (outcome.ok ? outcome.result : unreadable(outcome.profile, outcome.error, selection)))
      .map((report) => ({...report, warnings: [...this.elsewhere, ...report.warnings]}))
  }
}

/** One gateway whose status cannot be read never hides the others. */
function unreadable(profile: string, error: Error, selection?: Selection): StatusReport {
  return {
    drift: null,
    enabled: null,
    failures: 0,
    intent: 'none',
    manager: selection?.label ?? null,
    observed: null,
    pid: null,
    port: null,
    profile,
    ready: null,
    reason: error.message,
    registered: false,
    restart_due: false,
    scope: selection?.scope ?? null,
    since: null,
    state: 'unknown',
    warnings: [],
  }
}
