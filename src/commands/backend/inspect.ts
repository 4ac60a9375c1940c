import {Args} from '@oclif/core'

import {unknownBackend} from '../../cli/announced.js'
import {HermesCommand} from '../../cli/base-command.js'
import {renderInspection, snakeKeys} from '../../cli/render/backend.js'

export default class BackendInspect extends HermesCommand {
  static override completes = {kind: 'backend'} as const
  static override serviceManager = 'optional' as const
  static override summary = 'Show how a backend was judged, what it can do and what it looks after'
  static override args = {kind: Args.string({description: 'The backend; without one, the chosen one'})}
  static override examples = ['<%= config.bin %> backend inspect', '<%= config.bin %> backend inspect s6 --json']

  async run(): Promise<unknown> {
    const {args} = await this.parse(BackendInspect)
    const {considered, selection, usable} = await this.detect()
    const kind = args.kind ?? selection?.backend.kind
    if (kind !== undefined && !considered.some((entry) => entry.kind === kind)) {
      throw unknownBackend(kind, [...new Set(considered.map((entry) => entry.kind))])
    }

    const [connected, ...others] = usable.filter(({backend}) => backend.kind === kind)
    const services = await Promise.all([connected, ...others].map(async (one) => one?.manager.list() ?? []))
    const inspection = {
      chosen: selection?.backend.kind ?? null,
      kind: kind ?? null,
      label: connected?.label ?? null,
      services: [...new Set(services.flat())].sort(),
      supports: connected?.backend.supports ?? null,
      trace: considered,
    }
    this.log(renderInspection(inspection))
    return {...inspection, supports: snakeKeys(inspection.supports)}
  }
}
