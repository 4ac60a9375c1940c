import {Flags} from '@oclif/core'

import {GatewayCommand} from '../../cli/gateway-verb.js'
import {handOver} from '../../cli/hand-over.js'
import {handsOver} from '../../gateway/handover.js'
import {checkSupervision} from '../../gateway/supervision.js'
import {DEFAULT_PROFILE} from '../../profile/name.js'
import {checkOwner} from '../../profile/owner.js'
import {findProfile} from '../../profile/read.js'

export default class GatewayRun extends GatewayCommand {
  static override enableJsonFlag = false
  /** Looked for only when one is to take over. */
  static override serviceManager = 'none' as const
  static override summary = 'Run a gateway in the foreground, with no service manager'
  static override description =
    'This is also what a service manager runs. Ctrl-C stops it. Exit codes: 0 stopped, 1 failed, 75 restart me, 78 cannot start as configured. ' +
    'With --supervise, or HERMES_GATEWAY_SUPERVISE=1 as in the container image, the service manager runs it instead and its log is shown; Ctrl-C then leaves it running.'
  static override flags = {
    supervise: Flags.boolean({
      allowNo: true,
      description: 'Let the service manager run it; with --no-supervise (or HERMES_GATEWAY_NO_SUPERVISE=1) this process is the gateway',
    }),
  }
  static override examples = ['<%= config.bin %> gateway run -p coder', '<%= config.bin %> gateway run --no-supervise']

  async run(): Promise<void> {
    const {flags} = await this.parse(GatewayRun)
    await checkOwner(this.home)
    const profile = await this.selectProfile(flags.profile)
    const {directory} = await findProfile(this.home, profile)
    const {environment} = this.context.host
    if (handsOver({directory, environment, flag: flags.supervise})) {
      const {selection} = await this.detect()
      // Left early, what was begun may still be under way: only leaving ends this process.
      if (selection) this.exit(await this.handOver(profile, directory, flags.profile))
      // Not here either: who asked for supervision has it elsewhere.
      await checkSupervision(this.home)
      this.warn(
        'no service manager is usable here, so nothing supervises this gateway: it runs in this process (`hermes backend` says why)',
      )
    }

    const {runGateway} = await import('../../gateway/run/index.js')
    process.exitCode = await runGateway({environment: process.env, home: this.home, profile, supervised: false})
  }

  private async handOver(profile: string, directory: string, asked?: string): Promise<number> {
    const selectionOf = await this.locator({})
    await checkSupervision(this.home)
    const selection = await selectionOf(profile)
    return handOver({
      control: this.controlOf(selection),
      directory,
      mark: this.context.host.environment.HERMES_HANDED_OVER_FILE,
      option: asked === undefined && profile === DEFAULT_PROFILE ? '' : ` -p ${profile}`,
      profile,
      say: (text) => this.logToStderr(text),
      selection,
      show: (line) => this.log(line),
      warn: (text) => this.warn(text),
    })
  }
}
