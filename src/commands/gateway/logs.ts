import {ServiceManagerError, shellCommand} from '@hermes-cli/service-manager'
import {Args, Flags} from '@oclif/core'
import {existsSync} from 'node:fs'
import {join} from 'node:path'

import {GatewayCommand} from '../../cli/gateway-verb.js'
import {manyFlags} from '../../cli/placed.js'
import {overMany} from '../../gateway/fleet.js'
import {HermesError} from '../../profile/errors.js'
import {gatewayLogDirectory} from '../../profile/paths.js'

export default class GatewayLogs extends GatewayCommand {
  static override serviceManager = 'required' as const
  static override strict = false
  static override summary = 'Show what a gateway printed'
  static override args = {name: Args.string({description: 'Profiles; without one, the selected profile'})}
  static override flags = {
    ...manyFlags,
    follow: Flags.boolean({char: 'f', description: 'Go on with new lines until Ctrl-C'}),
    lines: Flags.integer({char: 'n', default: 50, description: 'How many of the last lines', max: 100_000, min: 0}),
  }
  static override examples = ['<%= config.bin %> gateway logs -p coder -f', '<%= config.bin %> gateway logs --all -n 5']

  async run(): Promise<unknown> {
    const {argv, flags} = await this.parse(GatewayLogs)
    const {many, profiles} = await this.targets(argv as string[], flags)
    const selectionOf = await this.locator(flags).catch((error: unknown) => {
      throw withFiles(error, this.home, profiles)
    })
    if (flags.follow && this.jsonEnabled())
      throw new HermesError('usage', '--follow and --json do not go together: the answer would never end')
    const stop = new AbortController()
    process.once('SIGINT', () => stop.abort())
    const logs: Record<string, string[]> = {}
    const read = async (profile: string): Promise<void> => {
      logs[profile] = []
      const {label, manager} = await selectionOf(profile)
      if (!manager.logs) throw new ServiceManagerError('not-supported', `${label} keeps no logs hermes can read`)
      for await (const line of manager.logs(profile, {follow: flags.follow, lines: flags.lines, signal: stop.signal})) {
        if (!flags.follow) logs[profile].push(line)
        this.log(many ? `${profile}: ${line}` : line)
      }
    }

    if (!many) {
      await read(profiles[0]!)
      return {logs}
    }

    // One at a time, or their lines would mix; with --follow that is what is asked for.
    const outcomes = await overMany(profiles, read, flags.follow ? profiles.length : 1)
    const failures = await this.reportFailures(outcomes)
    return failures.size > 0 ? {failed: [...failures.values()], logs} : {logs}
  }
}

/** Where no manager can be asked, what one wrote into the home can still be read: s6 and launchd keep it there. */
function withFiles(error: unknown, home: string, profiles: readonly string[]): unknown {
  if (!(error instanceof HermesError) || error.code !== 'no-service-manager') return error
  const kept = profiles.map((name) => join(home, gatewayLogDirectory(name), 'current')).filter((path) => existsSync(path))
  if (kept.length === 0) return error
  return new HermesError(error.code, error.message, {suggestions: [`Read what was kept: tail ${shellCommand(kept)}`, ...error.suggestions]})
}
