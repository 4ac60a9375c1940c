import {HermesCommand} from '../../cli/base-command.js'
import {changesJson, chosenShell, placeFor, placingFlags, renderChanges, shellArgument} from '../../cli/completion.js'
import {apply, planInstall} from '../../completion/install.js'

export default class CompletionInstall extends HermesCommand {
  static override summary = 'Make TAB complete commands, flags and your profiles'
  static override description =
    'Writes a script and, for all but fish, a marked block into the start file of the shell that reads it. Saying it again changes nothing.'
  static override args = shellArgument
  static override flags = placingFlags
  static override examples = [
    '<%= config.bin %> completion install',
    '<%= config.bin %> completion install zsh --dry-run',
    '<%= config.bin %> completion install bash --file ~/.bash_profile',
  ]

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(CompletionInstall)
    const {host} = this.context
    const shell = chosenShell(args.shell, host.environment.SHELL)
    const changes = await planInstall(shell, await placeFor(shell, {config: this.config, file: flags.file, host}))
    if (!flags['dry-run']) await apply(changes)
    this.log(renderChanges(changes, flags['dry-run']))
    if (!flags['dry-run']) this.log(`Completion for ${shell} is installed: open a new ${shell} and try hermes -p <TAB>.`)
    return {changes: changesJson(changes), dry_run: flags['dry-run'], shell}
  }
}
