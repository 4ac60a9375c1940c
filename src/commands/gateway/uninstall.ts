import {ServiceManagerError} from '@hermes-cli/service-manager'
import {Args} from '@oclif/core'

import {GatewayCommand} from '../../cli/gateway-verb.js'
import {everywhere, manyFlags, type PlacedControl, type Verb} from '../../cli/placed.js'
import type {VerbResult} from '../../gateway/control.js'
import {removeOrphan, uninstall} from '../../gateway/install.js'
import type {HermesError} from '../../profile/errors.js'
import {checkName} from '../../profile/name.js'
import {findProfile} from '../../profile/read.js'

export default class GatewayUninstall extends GatewayCommand {
  static override serviceManager = 'required' as const
  static override strict = false
  static override summary = 'Take a gateway down and remove its service; the profile stays'
  static override description =
    'It is then meant to be down. The service that a deleted profile left behind is removed too. Under s6 `profile delete` does it.'
  static override args = {name: Args.string({description: 'Profiles; without one, the selected profile'})}
  static override flags = manyFlags
  static override examples = ['<%= config.bin %> gateway uninstall -p coder', '<%= config.bin %> gateway uninstall coder --system']

  async run(): Promise<unknown> {
    const {argv, flags} = await this.parse(GatewayUninstall)
    return this.runVerb(argv as string[], flags, remove)
  }

  /** It may be one that is gone, whose service was left behind. */
  protected override async checkTarget(profile: string): Promise<void> {
    checkName(profile)
  }

  protected override async act(placed: PlacedControl, profile: string, verb: Verb): Promise<VerbResult> {
    const control = everywhere(placed)
    const gone = await findProfile(this.home, profile).then(
      () => undefined,
      (error: HermesError) => error,
    )
    if (!gone) return super.act(control, profile, verb)
    if (gone.code !== 'profile-not-found') throw gone
    return removeOrphan(control, profile, gone)
  }
}

async function remove(control: PlacedControl, profile: string): Promise<VerbResult> {
  const {backend, label, manager} = control.selection
  if (backend.supports.runtimeRegistration && (await manager.status(profile)).state !== 'absent') {
    throw new ServiceManagerError('not-supported', `under ${label} the service of a gateway stays as long as its profile`, {
      suggestions: [`Keep it down: hermes gateway:stop ${profile}`, `Remove both: hermes profile:delete ${profile}`],
    })
  }

  return uninstall(control, profile)
}
