import {Args} from '@oclif/core'

import {HermesCommand} from '../../cli/base-command.js'
import {checkOwner} from '../../profile/owner.js'
import {useProfile} from '../../profile/store.js'

export default class ProfileUse extends HermesCommand {
  static override completes = {name: 'profile'} as const
  static override summary = 'Choose the profile that hermes acts on when none is named'
  static override description = 'A gateway under a service manager is never affected: it always names its own profile.'
  static override args = {name: Args.string({description: 'The profile', required: true})}
  static override examples = ['<%= config.bin %> profile use coder', '<%= config.bin %> profile use default']

  async run(): Promise<unknown> {
    const {args} = await this.parse(ProfileUse)
    await checkOwner(this.home)
    const {name} = args
    await useProfile(this.home, name)
    this.log(`hermes now acts on "${name}" unless you name another profile.`)
    return {profile: name}
  }
}
