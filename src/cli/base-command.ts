import {Command, Flags} from '@oclif/core'
import {type DetectionResult, type HermesContext, type Selection} from '@hermes-cli/service-manager'

import {oneLine} from '../host/text.js'
import {selectProfile} from '../profile/select.js'
import {ensureContext} from './context.js'
import {EXIT} from './exit.js'
import {noServiceManager} from './render/backend.js'
import {errorJson, toldError, type ToldError} from './report.js'

/** Whether a command needs a service manager. */
export type Need = 'none' | 'optional' | 'required'

/** What every command of hermes shares: `-p`, `--json`, the context, and errors that say what to do next. */
export abstract class HermesCommand extends Command {
  static override enableJsonFlag = true
  static override baseFlags = {
    backend: Flags.string({
      description: 'The service manager to use, by its kind (or HERMES_BACKEND)',
      helpGroup: 'GLOBAL',
      helpValue: 'KIND',
    }),
    profile: Flags.string({char: 'p', description: 'The profile to act on', helpGroup: 'GLOBAL', helpValue: 'NAME'}),
  }
  /** Whether the prerun hook is to detect a service manager: `required` fails without one. */
  static serviceManager: Need = 'none'
  /** What a press of TAB offers for the arguments and flags of these names (src/completion). Kept in the manifest. */
  static completes: Readonly<Record<string, 'backend' | 'directory' | 'file' | 'plugin' | 'profile'>> = {}

  protected get context(): HermesContext {
    return ensureContext(this.config)
  }

  protected get home(): string {
    return this.context.host.home
  }

  protected detect(): Promise<DetectionResult> {
    return this.context.detect()
  }

  /** Throws `no-service-manager` with what was looked for and the ways on, or `home-in-use`. */
  protected async requireManager(): Promise<Selection> {
    const detection = await this.detect()
    return detection.selection ?? this.noManager(detection)
  }

  /** Throws `no-service-manager`, or `home-in-use`: where another container has the home, a manager of one's own is not what is missing. */
  protected async noManager(detection: DetectionResult): Promise<never> {
    const {checkSupervision} = await import('../gateway/supervision.js')
    await checkSupervision(this.home)
    throw noServiceManager(detection, this.context.host.environment.HERMES_BACKEND)
  }

  /** -p, then HERMES_PROFILE, then `profile:use`, then the default profile. */
  protected async selectProfile(flag: string | undefined): Promise<string> {
    const {name, warning} = await selectProfile({environment: this.context.host.environment, flag, home: this.home})
    if (warning) this.warn(warning)
    return name
  }

  /** Results that are no failures but have an exit code of their own (`gateway:status`). */
  protected exitWith(code: number): void {
    if (code !== EXIT.done) process.exitCode = code
  }

  /** One line to stderr, not wrapped: paths must stay copyable. Under --json too, where stdout is the answer. */
  override warn(input: Error | string): Error | string {
    process.stderr.write(`Warning: ${oneLine(input instanceof Error ? input.message : input)}\n`)
    return input
  }

  protected override async catch(error: Error): Promise<unknown> {
    const told = toldError(error)
    // With --json @oclif/core 4.14 exits 1 whatever the error says.
    process.exitCode = told.oclif.exit
    return super.catch(told)
  }

  protected override toErrorJson(error: ToldError): unknown {
    return errorJson(error)
  }
}
