import {supervisorName, type DetectionResult} from '@hermes-cli/service-manager'

import {HermesCommand} from '../../cli/base-command.js'
import {EXIT} from '../../cli/exit.js'
import {renderHealth} from '../../cli/render/health.js'
import {specsOf} from '../../cli/specs.js'
import {examineFleet, type Examined} from '../../gateway/examine.js'
import {fleetVerdict, type Supervision, type Verdict} from '../../gateway/fleet-health.js'
import {locate} from '../../gateway/locate.js'
import {supervisionOf} from '../../gateway/supervision.js'
import {asError} from '../../host/errors.js'

const NOTHING: Examined = {bad: [], gateways: []}

export default class ContainerHealth extends HermesCommand {
  static override serviceManager = 'optional' as const
  static override summary = 'Say whether what is meant to run runs: for a HEALTHCHECK'
  static override description =
    'Exits 0 when healthy and 1 when not. A gateway that failed for good is named, and makes it unhealthy only when no other that is meant to run is left: restarting the container would not cure it.'
  static override examples = ['<%= config.bin %> container health', '<%= config.bin %> container health --json']

  async run(): Promise<unknown> {
    await this.parse(ContainerHealth)
    const detection = await this.detect()
    const supervision = await this.supervision(detection)
    const report = await this.examine(detection, supervision).catch((error: unknown) => ({
      ...NOTHING,
      healthy: false,
      reason: asError(error).message,
    }))
    this.log(renderHealth(report))
    if (!report.healthy) this.exitWith(EXIT.failed)
    return {healthy: report.healthy, reason: report.reason, supervision: supervision.is, gateways: report.gateways, bad: report.bad}
  }

  private async supervision(detection: DetectionResult): Promise<Supervision> {
    const lease = await supervisionOf(this.home)
    if (lease.by === 'elsewhere') return {because: `by ${supervisorName(lease.record)}`, is: 'elsewhere'}
    return found(detection, this.context.host.environment.HERMES_BACKEND)
  }

  private async examine({selection, usable}: DetectionResult, supervision: Supervision): Promise<Examined & Verdict> {
    const specFor = specsOf(this.home, this.config.root, this.context.host.environment)
    const startSeconds = async (profile: string): Promise<number> => (await specFor(profile)).startSeconds ?? 60
    // A service may be in the other scope of that manager.
    const among = usable.filter(({backend}) => backend.kind === selection?.backend.kind)
    const manager = {
      status: async (id: string) => ((await locate(among, id, (text) => this.warn(text))).main ?? selection!).manager.status(id),
    }
    const examined = selection && supervision.is === 'here' ? await examineFleet({home: this.home, manager, startSeconds}) : NOTHING
    return {...examined, ...fleetVerdict(supervision, examined.gateways)}
  }
}

function found({considered, selection, usable}: DetectionResult, wanted?: string): Supervision {
  if (selection) return {by: selection.label, is: 'here'}
  if (wanted && usable.length > 0) return {because: `HERMES_BACKEND asks for "${wanted}", which is not usable here`, is: 'none'}
  const because = considered.map((one) => `${one.kind}: ${one.because}`).join('; ')
  return {because: because || 'no backend is installed', is: 'none'}
}
