import {Args} from '@oclif/core'

import {GatewayCommand} from '../../cli/gateway-verb.js'
import {manyFlags} from '../../cli/placed.js'
import {restart} from '../../gateway/control.js'

export default class GatewayRestart extends GatewayCommand {
  static override serviceManager = 'required' as const
  static override strict = false
  static override summary = 'Replace the running process by a new one'
  static override description = 'Takes up a changed configuration or definition. One that is down is started.'
  static override args = {name: Args.string({description: 'Profiles; without one, the selected profile'})}
  static override flags = manyFlags
  static override examples = [
    '<%= config.bin %> gateway restart -p coder',
    '<%= config.bin %> gateway restart coder writer',
    '<%= config.bin %> gateway restart --all --json',
  ]

  async run(): Promise<unknown> {
    const {argv, flags} = await this.parse(GatewayRestart)
    return this.runVerb(argv as string[], flags, restart)
  }
}
