import {gatewayStatus} from '../gateway/status.js'
import {elsewhereText, supervisionOf} from '../gateway/supervision.js'
import {overMany} from '../gateway/fleet.js'
import {profileDirectory} from '../profile/paths.js'
import {GatewayCommand} from './gateway-verb.js'
import type {StatusReport} from './render/gateway.js'

/** Statuses are only read: more at once than verbs. */
const READS_AT_ONCE = 8

export abstract class StatusCommand extends GatewayCommand {
  /** Who supervises this home where it is not from here. */
  protected elsewhere: readonly string[] = []

  /** Works without a service manager too: the lock tells whether a gateway lives. */
  protected async reports(profiles: readonly string[]): Promise<StatusReport[]> {
    const {selection} = await this.detect()
    const supervision = await supervisionOf(this.home)
    if (supervision.by === 'elsewhere') this.elsewhere = [elsewhereText(supervision.record)]
    const outcomes = await overMany(
      profiles,
      async (profile): Promise<StatusReport> => ({
        ...(await gatewayStatus(profile, profileDirectory(this.home, profile), selection?.manager)),
        manager: selection?.label ?? null,
      }),
      READS_AT_ONCE,
    )
    return outcomes
      .map((outcome) => (outcome.ok ? outcome.result : unreadable(outcome.profile, outcome.error, selection?.label)))
      .map((report) => ({...report, warnings: [...this.elsewhere, ...report.warnings]}))
  }
}

/** One gateway whose status cannot be read never hides the others. */
function unreadable(profile: string, error: Error, manager?: string): StatusReport {
  return {
    enabled: null,
    failures: 0,
    intent: 'none',
    manager: manager ?? null,
    observed: null,
    pid: null,
    port: null,
    profile,
    ready: null,
    reason: error.message,
    registered: false,
    restart_due: false,
    since: null,
    state: 'unknown',
    warnings: [],
  }
}
