import {Args} from '@oclif/core'

import {GatewayCommand} from '../../cli/gateway-verb.js'
import {everywhere, manyFlags, type PlacedControl, type Verb} from '../../cli/placed.js'
import type {VerbResult} from '../../gateway/control.js'
import {stop} from '../../gateway/stop.js'

export default class GatewayStop extends GatewayCommand {
  static override serviceManager = 'required' as const
  static override strict = false
  static override summary = 'Take a gateway down and keep it down'
  static override description =
    'It stays down after the next boot too, wherever it is registered. One that is already down is left as it is.'
  static override args = {name: Args.string({description: 'Profiles; without one, the selected profile'})}
  static override flags = manyFlags
  static override examples = [
    '<%= config.bin %> gateway stop -p coder',
    '<%= config.bin %> gateway stop coder writer',
    '<%= config.bin %> gateway stop --all --json',
  ]

  async run(): Promise<unknown> {
    const {argv, flags} = await this.parse(GatewayStop)
    return this.runVerb(argv as string[], flags, stop)
  }

  protected override act(control: PlacedControl, profile: string, verb: Verb): Promise<VerbResult> {
    return super.act(everywhere(control), profile, verb)
  }
}
