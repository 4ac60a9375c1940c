import {renderList} from '../../cli/render/gateway.js'
import {scopeFlags} from '../../cli/scope.js'
import {StatusCommand} from '../../cli/status-command.js'

export default class GatewayList extends StatusCommand {
  static override serviceManager = 'optional' as const
  static override aliases = ['gateway']
  static override summary = 'List every gateway with its state and its intent'
  static override flags = scopeFlags
  static override examples = ['<%= config.bin %> gateway list', '<%= config.bin %> gateway list --json']

  async run(): Promise<unknown> {
    const {flags} = await this.parse(GatewayList)
    const {profiles} = await this.targets([], {all: true})
    const reports = await this.reports(profiles, flags)
    for (const text of this.elsewhere) this.warn(text)
    this.log(await renderList(reports))
    return {gateways: reports}
  }
}
