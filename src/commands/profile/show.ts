import {Args} from '@oclif/core'

import {HermesCommand} from '../../cli/base-command.js'
import {renderProfile} from '../../cli/render/profile.js'
import {readProfile} from '../../profile/read.js'

export default class ProfileShow extends HermesCommand {
  static override completes = {name: 'profile'} as const
  static override summary = 'Show one profile: where it lives, its port, what it runs'
  static override args = {name: Args.string({description: 'The profile; without one, the selected profile'})}
  static override examples = ['<%= config.bin %> profile show coder', '<%= config.bin %> profile show -p coder --json']

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(ProfileShow)
    const profile = await readProfile(this.home, args.name ?? (await this.selectProfile(flags.profile)))
    this.log(renderProfile(profile))
    return profile
  }
}
