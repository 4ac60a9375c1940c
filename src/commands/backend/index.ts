import type {Considered} from '@hermes-cli/service-manager'

import {HermesCommand} from '../../cli/base-command.js'
import {renderBackends, type BackendRow} from '../../cli/render/backend.js'

export default class BackendList extends HermesCommand {
  static override serviceManager = 'optional' as const
  static override summary = 'List the service managers hermes knows, and why each was or was not chosen'
  static override examples = ['<%= config.bin %> backend', '<%= config.bin %> backend --json']

  async run(): Promise<unknown> {
    await this.parse(BackendList)
    const {considered, selection} = await this.detect()
    const isChosen = ({kind, scope, usable}: Considered): boolean =>
      usable && kind === selection?.backend.kind && (scope === undefined || scope === selection.scope)
    const backends: BackendRow[] = considered.map((entry) => ({...entry, chosen: isChosen(entry)}))
    this.log(await renderBackends(backends))
    return {backends}
  }
}
