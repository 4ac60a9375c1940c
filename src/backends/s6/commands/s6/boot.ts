import {quietly, TreeCommand} from '../../command.js'
import {boot, type Booted} from '../../tree.js'

export default class Boot extends TreeCommand {
  static override description =
    'For a machine without a service manager. Starts s6-svscan under the home and then everything that is meant to run. Does nothing to what runs already.'
  static override examples = ['<%= config.bin %> <%= command.id %>']
  static override summary = 'Start a supervision tree of your own'

  async run(): Promise<Booted & {reconcile: unknown}> {
    await this.parse(Boot)
    const booted = await this.told(boot(this.host()))
    this.log(booted.already_up ? `The tree in ${booted.scandir} is already up.` : `Started a supervision tree in ${booted.scandir}.`)
    // Also when it was up: a boot that was interrupted before this step is mended by running it again.
    const reconcile = () => this.config.runCommand<unknown>('container:reconcile', ['--scandir', booted.scandir])
    return {...booted, reconcile: await (this.jsonEnabled() ? quietly(reconcile) : reconcile())}
  }
}
