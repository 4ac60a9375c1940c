import {HermesCommand} from '../../cli/base-command.js'
import {changesJson, chosenShell, placeFor, placingFlags, renderChanges, shellArgument} from '../../cli/completion.js'
import {apply, planUninstall} from '../../completion/install.js'

export default class CompletionUninstall extends HermesCommand {
  static override summary = 'Take away what `completion install` wrote'
  static override args = shellArgument
  static override flags = placingFlags
  static override examples = ['<%= config.bin %> completion uninstall', '<%= config.bin %> completion uninstall fish --dry-run']

  async run(): Promise<unknown> {
    const {args, flags} = await this.parse(CompletionUninstall)
    const {host} = this.context
    const shell = chosenShell(args.shell, host.environment.SHELL)
    const changes = await planUninstall(shell, await placeFor(shell, {config: this.config, file: flags.file, host}))
    if (!flags['dry-run']) await apply(changes)
    this.log(renderChanges(changes, flags['dry-run']))
    return {changes: changesJson(changes), dry_run: flags['dry-run'], shell}
  }
}
