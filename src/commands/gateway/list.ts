import {renderList} from '../../cli/render/gateway.js'
import {StatusCommand} from '../../cli/status-command.js'

export default class GatewayList extends StatusCommand {
  static override serviceManager = 'optional' as const
  static override aliases = ['gateway']
  static override summary = 'List every gateway with its state and its intent'
  static override examples = ['<%= config.bin %> gateway:list', '<%= config.bin %> gateway list --json']

  async run(): Promise<unknown> {
    await this.parse(GatewayList)
    const {profiles} = await this.targets([], {all: true})
    const reports = await this.reports(profiles)
    for (const text of this.elsewhere) this.warn(text)
    this.log(await renderList(reports))
    return {gateways: reports}
  }
}
