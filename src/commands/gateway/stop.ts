import {checked, type Selection} from '@hermes-cli/service-manager'
import {Args} from '@oclif/core'

import {GatewayCommand} from '../../cli/gateway-verb.js'
import {everywhere, manyFlags, type Controls, type PlacedControl, type Verb, type VerbFlags} from '../../cli/placed.js'
import type {VerbResult} from '../../gateway/control.js'
import {probeLock} from '../../gateway/lock.js'
import {stop} from '../../gateway/stop.js'
import {isAlive} from '../../host/process.js'
import {HermesError} from '../../profile/errors.js'
import {checkOwner} from '../../profile/owner.js'
import {profileDirectory} from '../../profile/paths.js'

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

  /** Without a usable service manager there is still what runs in a terminal; anything else is only known to a manager. */
  protected override async controls(flags: VerbFlags): Promise<Controls> {
    try {
      return await super.controls(flags)
    } catch (error) {
      if (!(error instanceof HermesError) || error.code !== 'no-service-manager') throw error
      await checkOwner(this.home)
      return {
        atOnce: undefined,
        controlFor: async (profile) => {
          const {holder} = await probeLock(profileDirectory(this.home, profile))
          if (!holder || (holder.supervisor && isAlive(holder.supervisor))) throw error
          return this.controlOf(await this.nobody())
        },
      }
    }
  }

  /** A manager that has no service. */
  private async nobody(): Promise<Selection> {
    const {createMemoryBackend} = await import('@hermes-cli/service-manager/memory')
    const backend = createMemoryBackend()
    return {backend, label: 'no service manager', manager: checked(backend.connect(this.context.host)), scope: 'user'}
  }

  protected override act(control: PlacedControl, profile: string, verb: Verb): Promise<VerbResult> {
    return super.act(everywhere(control), profile, verb)
  }
}
