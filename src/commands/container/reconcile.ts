import {Flags} from '@oclif/core'
import {join, resolve} from 'node:path'

import {HermesCommand} from '../../cli/base-command.js'
import {EXIT} from '../../cli/exit.js'
import {renderReconcile} from '../../cli/render/reconcile.js'
import {specsOf} from '../../cli/specs.js'
import {oneLine} from '../../host/text.js'
import {checkOwner} from '../../profile/owner.js'
import {resolveHome} from '../../profile/paths.js'
import {rotateBytes} from '../../reconcile/boot-log.js'
import {refusal, withLease} from '../../reconcile/lease.js'
import {reconcileIsOff} from '../../reconcile/off.js'
import {reconcile, type Reconciled} from '../../reconcile/reconcile.js'

/** Where container images built on s6 keep the scan directory of services that come and go. */
const CONTAINER_SCANDIR = '/run/service'

const OFF = 'reconcile is off (HERMES_RECONCILE)'

export default class ContainerReconcile extends HermesCommand {
  static override completes = {foreground: 'profile'} as const
  static override summary = 'At boot: register every profile and start those that were meant to run'
  static override description =
    'Reads intents and last states, decides, then publishes one slot a profile. It is level-triggered: over a live tree it changes only what differs.'
  static override flags = {
    'dry-run': Flags.boolean({description: 'Say what would be done and change nothing'}),
    foreground: Flags.string({
      description:
        'This profile is run in the foreground by the container itself: register it down, leave its intent alone (or HERMES_FOREGROUND_PROFILE)',
      helpValue: 'NAME',
    }),
    home: Flags.string({description: 'The home to reconcile', helpValue: 'DIR'}),
    scandir: Flags.string({description: 'The s6 scan directory to publish into', helpValue: 'DIR'}),
  }
  static override examples = ['<%= config.bin %> container reconcile --dry-run', '<%= config.bin %> container reconcile --json']

  async run(): Promise<unknown> {
    const {flags} = await this.parse(ContainerReconcile)
    const {environment} = this.context.host
    const home = flags.home ? resolveHome({HERMES_HOME: flags.home}) : this.home
    if (!flags['dry-run']) await checkOwner(home)
    // An empty variable is one that was not given.
    const named = flags.scandir ? resolve(flags.scandir) : environment.HERMES_S6_SCANDIR || environment.S6_PROFILE_GATEWAY_SCANDIR
    const scandir = named || this.ownScandir(home) || CONTAINER_SCANDIR
    const dryRun = flags['dry-run']
    const {off, warning: doubt} = reconcileIsOff(environment.HERMES_RECONCILE)
    if (off && !dryRun) return this.answerOff()
    const {bytes, warning} = rotateBytes(environment.HERMES_BOOT_LOG_ROTATE_BYTES)
    for (const text of [doubt, warning, off ? `${OFF}; without --dry-run nothing would be done` : undefined]) if (text) this.warn(text)
    const {manager} = await this.context.connect('s6', {HERMES_HOME: home, HERMES_S6_SCANDIR: scandir})
    const specFor = specsOf(home, this.config.root, environment)
    const act = () =>
      reconcile({
        bootstrapState: environment.HERMES_GATEWAY_BOOTSTRAP_STATE,
        dryRun,
        foreground: flags.foreground || environment.HERMES_FOREGROUND_PROFILE || undefined,
        home,
        manager,
        rotateBytes: bytes,
        specFor: (profile) => specFor(profile),
      })
    const result = await (dryRun ? this.warned({home, scandir}, act) : withLease({home, scandir, warn: (text) => this.warn(text)}, act))
    this.log(renderReconcile(result))
    for (const text of result.warnings) this.warn(text)
    for (const text of result.errors) this.logToStderr(oneLine(`Error: ${text.profile}: ${text.message} (${text.code})`))
    if (result.errors.length > 0) this.exitWith(EXIT.failed)
    return {scandir, ...result}
  }

  private answerOff(): unknown {
    this.log(OFF)
    return {actions: [], errors: [], off: true, warnings: [OFF]}
  }

  /** A dry run changes nothing and so is refused by nobody, but says who would refuse. */
  private async warned(where: {home: string; scandir: string}, act: () => Promise<Reconciled>): Promise<Reconciled> {
    const refused = await refusal(where)
    const result = await act()
    return refused ? {...result, warnings: [`it would be refused: ${refused}`, ...result.warnings]} : result
  }

  /** Of the tree that `s6 boot` started for this home, while it runs: there and nowhere else its gateways are. */
  private ownScandir(home: string): string | undefined {
    const scandir = join(home, 'run', 'service')
    return this.context.host.probeFifo(join(scandir, '.s6-svscan', 'control')) === 'live' ? scandir : undefined
  }
}
