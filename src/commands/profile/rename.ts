import {Args} from '@oclif/core'

import {HermesCommand} from '../../cli/base-command.js'
import {actingFor} from '../../cli/on-behalf.js'
import {toldError} from '../../cli/report.js'
import {specsOf} from '../../cli/specs.js'
import {moveRegistration} from '../../gateway/moving.js'
import {checkSupervision} from '../../gateway/supervision.js'
import {checkRename, renameProfile} from '../../profile/store.js'

export default class ProfileRename extends HermesCommand {
  static override completes = {from: 'profile'} as const
  static override serviceManager = 'optional' as const
  static override summary = 'Rename a profile, and its service with it'
  static override description =
    'A running gateway is stopped for the move and started again under its new name; its service moves wherever it is registered. Its port stays.'
  static override args = {
    from: Args.string({description: 'Its name now', required: true}),
    to: Args.string({description: 'Its new name', required: true}),
  }
  static override examples = ['<%= config.bin %> profile rename coder senior-coder']

  async run(): Promise<unknown> {
    const {
      args: {from, to},
    } = await this.parse(ProfileRename)
    const {usable} = await actingFor(this.home, (await this.detect()).usable)
    await checkSupervision(this.home)
    await checkRename(this.home, from, to)
    const specFor = specsOf(this.home, this.config.root, this.context.host.environment)
    let renamed = false
    const move = async (): Promise<void> => {
      for (const text of await renameProfile(this.home, from, to)) this.warn(text)
      renamed = true
    }

    const moving = {home: this.home, specFor, usable, warn: (text: string) => this.warn(text)}
    const moved = await moveRegistration(moving, from, to, move).catch((error: Error) => {
      if (!renamed) throw error
      const told = toldError(error)
      told.message = `"${from}" is now called "${to}", but its gateway could not be registered under that name: ${told.message}`
      throw told
    })
    this.log(`Renamed "${from}" to "${to}"${moved.restarted ? '; its gateway runs again' : ''}.`)
    return {from, to, ...moved}
  }
}
