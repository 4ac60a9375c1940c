import {Args} from '@oclif/core'

import {EXIT} from '../../cli/exit.js'
import {manyFlags} from '../../cli/placed.js'
import {renderStatus, type StatusReport} from '../../cli/render/gateway.js'
import {StatusCommand} from '../../cli/status-command.js'

/** 0 running, 3 not running, 4 unknown; of many, the worst. */
function exitFor(reports: readonly StatusReport[]): number {
  if (reports.some(({state}) => state === 'unknown')) return EXIT.unknown
  return reports.every(({state}) => state === 'running' || state === 'degraded' || state === 'foreground') ? EXIT.done : EXIT.notRunning
}

export default class GatewayStatusCommand extends StatusCommand {
  static override serviceManager = 'optional' as const
  static override strict = false
  static override summary = 'Say how a gateway is, and why'
  static override description = 'Exits 0 when it is running, 3 when it is not, 4 when that cannot be known.'
  static override args = {name: Args.string({description: 'Profiles; without one, the selected profile'})}
  static override flags = manyFlags
  static override examples = ['<%= config.bin %> gateway status -p coder', '<%= config.bin %> gateway status --all --json']

  async run(): Promise<unknown> {
    const {argv, flags} = await this.parse(GatewayStatusCommand)
    const {many, profiles} = await this.targets(argv as string[], flags)
    const reports = await this.reports(profiles, flags)
    this.log(reports.map((report) => renderStatus(report)).join('\n\n'))
    this.exitWith(exitFor(reports))
    return many ? {gateways: reports} : reports[0]
  }
}
