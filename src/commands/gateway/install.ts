import {ServiceManagerError} from '@hermes-cli/service-manager'
import {Args, Flags} from '@oclif/core'

import {GatewayCommand} from '../../cli/gateway-verb.js'
import {forceFlag, manyFlags, type PlacedControl} from '../../cli/placed.js'
import {checkRunAs} from '../../cli/run-as.js'
import type {VerbResult} from '../../gateway/control.js'
import {install, type Placing} from '../../gateway/install.js'
import {gatewayStatus} from '../../gateway/status.js'
import {profileDirectory} from '../../profile/paths.js'

export default class GatewayInstall extends GatewayCommand {
  static override serviceManager = 'required' as const
  static override strict = false
  static override summary = 'Place the service of a gateway, and bring it up'
  static override description =
    '`gateway start` does so too; this one can leave it down, or keep it from coming back by itself. Under s6 `profile create` has done it.'
  static override args = {name: Args.string({description: 'Profiles; without one, the selected profile'})}
  static override flags = {
    ...manyFlags,
    ...forceFlag,
    // For whoever runs this as administrator for somebody else: nobody is asked for what is there.
    'elevated-handoff': Flags.boolean({description: 'Ask nobody for more rights: whoever called has done so', hidden: true}),
    'run-as-user': Flags.string({
      dependsOn: ['system'],
      description: 'With --system, for root: the user whose home this is, and as whom it runs',
      helpValue: 'USER',
    }),
    // oclif takes the alias for the flag itself, so `--no-start` is one of its own.
    'no-start': Flags.boolean({description: 'The same as --no-start-now', exclusive: ['start-now']}),
    'start-now': Flags.boolean({allowNo: true, default: true, description: 'Bring it up now'}),
    'start-on-login': Flags.boolean({allowNo: true, default: true, description: 'Bring it up at every boot or login'}),
  }
  static override examples = [
    '<%= config.bin %> gateway install -p coder',
    '<%= config.bin %> gateway install coder --no-start',
    'sudo HERMES_HOME=/home/ada/.hermes <%= config.bin %> gateway install coder --system --run-as-user ada',
  ]

  async run(): Promise<unknown> {
    const {argv, flags} = await this.parse(GatewayInstall)
    const user = flags['run-as-user']
    if (user !== undefined) await checkRunAs(this.context.host, user)
    const elevate = !flags['elevated-handoff'] && !this.jsonEnabled() && process.stdin.isTTY === true && process.stdout.isTTY === true
    const placing: Placing = {elevate, enable: flags['start-on-login'], start: flags['start-now'] && !flags['no-start']}
    return this.runVerb(argv as string[], flags, (control, profile) =>
      control.selection.backend.supports.runtimeRegistration ? explain(control, profile) : install(control, profile, placing),
    )
  }
}

/** Where `profile:create` registers. Nothing is done, and that is only well where nothing is to be done. */
async function explain({home, manager, selection}: PlacedControl, profile: string): Promise<VerbResult> {
  const status = await gatewayStatus(profile, profileDirectory(home, profile), manager)
  if (status.registered) {
    const note = `under ${selection.label} profile:create installs a gateway and profile:delete removes it; gateway:start brings it up`
    return {action: 'already-installed', note, profile, status}
  }

  if (status.state === 'unknown')
    throw new ServiceManagerError('unavailable', `${selection.label} does not say how "${profile}" is: ${status.reason}`)
  const what = `under ${selection.label} a gateway is installed when its profile is created, and "${profile}" was created without it`
  throw new ServiceManagerError('not-supported', what, {suggestions: [`Register it and bring it up: hermes gateway:start ${profile}`]})
}
