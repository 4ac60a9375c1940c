import {Args, Flags} from '@oclif/core'

import {HermesCommand} from '../../cli/base-command.js'
import {specsOf} from '../../cli/specs.js'
import {toldError} from '../../cli/report.js'
import {register} from '../../gateway/registration.js'
import {supervisionOf} from '../../gateway/supervision.js'
import {checkOwner} from '../../profile/owner.js'
import {createProfile} from '../../profile/store.js'

export default class ProfileCreate extends HermesCommand {
  static override completes = {'clone-from': 'profile'} as const
  static override serviceManager = 'optional' as const
  static override summary = 'Create a profile'
  static override description =
    'It never starts anything. Where the service manager takes services at run time (s6) the gateway is registered, down; elsewhere `gateway start` registers it.'
  static override args = {name: Args.string({description: 'a-z, 0-9, "-" and "_", starting with a letter or a digit', required: true})}
  static override flags = {
    'clone-from': Flags.string({
      description: 'Start from the configuration and SOUL.md of this profile; never its secrets, port or state',
      helpValue: 'PROFILE',
    }),
    command: Flags.string({description: "What the gateway runs: one line for the shell, in the profile's directory", helpValue: 'LINE'}),
    port: Flags.integer({description: 'Health port; by default one that no other profile has', max: 65_535, min: 1}),
  }
  static override examples = [
    '<%= config.bin %> profile create coder --command "node agent.js"',
    '<%= config.bin %> profile create writer --clone-from coder',
  ]

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(ProfileCreate)
    await checkOwner(this.home)
    const profile = await createProfile(this.home, {
      name: args.name,
      ...(flags['clone-from'] === undefined ? {} : {cloneFrom: flags['clone-from']}),
      ...(flags.command === undefined ? {} : {command: flags.command}),
      ...(flags.port === undefined ? {} : {port: flags.port}),
    })
    this.log(`Created profile "${profile.name}" in ${profile.directory} (port ${profile.port}).`)
    const registered = await this.register(profile.name)
    this.log(`${registered ? 'Its gateway is registered, down. ' : ''}Next: hermes gateway:start -p ${profile.name}`)
    return {...profile, registered}
  }

  /** A profile whose registration fails is kept: `gateway:start` registers again. */
  private async register(name: string): Promise<boolean> {
    // A service here would be one too many: whoever supervises the home registers it with gateway:start.
    if ((await supervisionOf(this.home)).by === 'elsewhere') return false
    try {
      const {selection} = await this.detect()
      return await register(selection, name, specsOf(this.home, this.config.root, this.context.host.environment))
    } catch (error) {
      const told = toldError(error as Error)
      told.message = `the profile "${name}" was created and is kept, but its gateway could not be registered: ${told.message}`
      const later = told.code === 'invalid-name' ? [] : [`Register and start it later: hermes gateway:start -p ${name}`]
      throw Object.assign(told, {suggestions: [...told.suggestions, ...later]})
    }
  }
}
