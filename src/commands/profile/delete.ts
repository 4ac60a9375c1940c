import {Args, Flags} from '@oclif/core'
// Experimental in name only: in every Node this package runs on, without a warning.
// eslint-disable-next-line n/no-unsupported-features/node-builtins
import {createInterface} from 'node:readline/promises'

import {HermesCommand} from '../../cli/base-command.js'
import {actingFor} from '../../cli/on-behalf.js'
import {specsOf} from '../../cli/specs.js'
import {unregister, unregisterLate} from '../../gateway/registration.js'
import {checkSupervision} from '../../gateway/supervision.js'
import {HermesError} from '../../profile/errors.js'
import {profileDirectory} from '../../profile/paths.js'
import {checkDelete, deleteProfile} from '../../profile/store.js'

export default class ProfileDelete extends HermesCommand {
  static override completes = {name: 'profile'} as const
  static override serviceManager = 'optional' as const
  static override summary = 'Delete a profile, its service and all its files'
  static override description =
    'Stops the gateway, removes its service from every usable service manager, then removes the directory. There is no way back.'
  static override args = {name: Args.string({description: 'The profile', required: true})}
  static override flags = {yes: Flags.boolean({char: 'y', description: 'Do not ask'})}
  static override examples = ['<%= config.bin %> profile delete coder', '<%= config.bin %> profile delete coder --yes']

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(ProfileDelete)
    const {usable} = await actingFor(this.home, (await this.detect()).usable)
    await checkSupervision(this.home)
    const {name} = args
    await checkDelete(this.home, name)
    if (!flags.yes) await this.confirm(name, profileDirectory(this.home, name))
    const specFor = specsOf(this.home, this.config.root, this.context.host.environment)
    const removed = await unregister(usable, this.home, name, specFor)
    for (const text of await deleteProfile(this.home, name)) this.warn(text)
    await unregisterLate(usable, name)
    this.log(`Deleted profile "${name}"${removed.length > 0 ? ` and its service in ${removed.join(', ')}` : ''}.`)
    return {profile: name, services_removed: removed}
  }

  private async confirm(name: string, directory: string): Promise<void> {
    if (!process.stdin.isTTY || this.jsonEnabled()) {
      throw new HermesError('usage', `deleting "${name}" cannot be undone and there is nobody to ask`, {
        suggestions: [`Say it is meant: hermes profile:delete ${name} --yes`],
      })
    }

    const prompt = createInterface({input: process.stdin, output: process.stderr})
    try {
      const answer = await prompt.question(`This removes ${directory} and all it holds. Type the name of the profile to go on: `)
      if (answer.trim() !== name) throw new HermesError('usage', 'that is not its name; nothing was deleted')
    } finally {
      prompt.close()
    }
  }
}
