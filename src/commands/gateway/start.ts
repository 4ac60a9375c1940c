import {Args} from '@oclif/core'

import {GatewayCommand} from '../../cli/gateway-verb.js'
import {forceFlag, manyFlags} from '../../cli/placed.js'
import {start} from '../../gateway/control.js'

export default class GatewayStart extends GatewayCommand {
  static override serviceManager = 'required' as const
  static override strict = false
  static override summary = 'Bring a gateway up and keep it up'
  static override description =
    'Registers it if it was not, enables it for the next boot, and returns once it is running and ready. One that already runs is left as it is.'
  static override args = {name: Args.string({description: 'Profiles; without one, the selected profile'})}
  static override flags = {...manyFlags, ...forceFlag}
  static override examples = [
    '<%= config.bin %> gateway start -p coder',
    '<%= config.bin %> gateway start coder writer',
    '<%= config.bin %> gateway start --all --json',
  ]

  async run(): Promise<unknown> {
    const {argv, flags} = await this.parse(GatewayStart)
    return this.runVerb(argv as string[], flags, start)
  }
}
