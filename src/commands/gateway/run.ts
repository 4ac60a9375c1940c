import {HermesCommand} from '../../cli/base-command.js'
import {checkOwner} from '../../profile/owner.js'
import {findProfile} from '../../profile/store.js'

export default class GatewayRun extends HermesCommand {
  static override enableJsonFlag = false
  static override summary = 'Run a gateway in the foreground, with no service manager'
  static override description =
    'This is also what a service manager runs. Ctrl-C stops it. Exit codes: 0 stopped, 1 failed, 75 restart me, 78 cannot start as configured.'
  static override examples = ['<%= config.bin %> gateway:run -p coder']

  async run(): Promise<void> {
    const {flags} = await this.parse(GatewayRun)
    await checkOwner(this.home)
    const profile = await this.selectProfile(flags.profile)
    await findProfile(this.home, profile)
    const {runGateway} = await import('../../gateway/run/index.js')
    process.exitCode = await runGateway({environment: process.env, home: this.home, profile, supervised: false})
  }
}
