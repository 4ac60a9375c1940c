import {HermesCommand} from '../cli/base-command.js'
import {EXIT} from '../cli/exit.js'
import {renderFindings} from '../cli/render/doctor.js'
import {examine} from '../doctor/examine.js'
import {look} from '../doctor/look.js'
import {findProfile} from '../profile/read.js'

export default class Doctor extends HermesCommand {
  static override serviceManager = 'optional' as const
  static override summary = 'Say what is wrong, and what cures it'
  static override description =
    'Changes nothing. Exits 1 when there is an error, 0 when there are warnings only. With -p it looks at that profile alone.'
  static override examples = ['<%= config.bin %> doctor', '<%= config.bin %> doctor -p coder', '<%= config.bin %> doctor --json']

  async run(): Promise<unknown> {
    const {flags} = await this.parse(Doctor)
    if (flags.profile !== undefined) await findProfile(this.home, flags.profile)
    const {considered, usable} = await this.detect()
    const broken = considered.filter((one) => one.broken)
    const facts = await look({broken, environment: this.context.host.environment, home: this.home, usable})
    const findings = examine(facts, flags.profile)
    const managers = facts.managers.map(({label}) => label)
    this.log(renderFindings(findings, managers))
    const errors = findings.filter(({severity}) => severity === 'error').length
    if (errors > 0) this.exitWith(EXIT.failed)
    return {errors, findings, managers, warnings: findings.length - errors}
  }
}
