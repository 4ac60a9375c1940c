import {Args} from '@oclif/core'

import {HermesCommand} from '../../cli/base-command.js'
import {SCRIPTS, SHELLS} from '../../completion/shells.js'

export default class Completion extends HermesCommand {
  static override enableJsonFlag = false
  static override summary = 'Print the completion script of a shell'
  static override description =
    'It completes commands, flags, profile names and service managers. `completion install` puts it in place for you; this is for doing so by hand.'
  static override args = {shell: Args.string({description: 'The shell', options: [...SHELLS], required: true})}
  static override examples = ['<%= config.bin %> completion bash', '<%= config.bin %> completion zsh > ~/.zfunc/_hermes']

  async run(): Promise<void> {
    const {args} = await this.parse(Completion)
    process.stdout.write(SCRIPTS[args.shell as keyof typeof SCRIPTS])
  }
}
