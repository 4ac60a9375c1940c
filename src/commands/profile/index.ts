import {HermesCommand} from '../../cli/base-command.js'
import {renderProfiles, type ProfileRow} from '../../cli/render/profile.js'
import {DEFAULT_PROFILE} from '../../profile/name.js'
import {readActive} from '../../profile/active.js'
import {listProfiles} from '../../profile/read.js'

export default class ProfileList extends HermesCommand {
  static override aliases = ['profile:list']
  static override summary = 'List the profiles of this home'
  static override examples = ['<%= config.bin %> profile', '<%= config.bin %> profile --json']

  async run(): Promise<unknown> {
    await this.parse(ProfileList)
    const {bad, profiles, warnings} = await listProfiles(this.home)
    const active = await readActive(this.home)
    for (const text of [...warnings, ...(active.warning ? [active.warning] : [])]) this.warn(text)
    for (const {because, name} of bad) this.warn(`profiles/${name} cannot be used: ${because}`)
    for (const {name, problem} of profiles) if (problem) this.warn(`${name}: ${problem}`)
    const rows: ProfileRow[] = profiles.map((profile) => ({...profile, active: profile.name === (active.name ?? DEFAULT_PROFILE)}))
    this.log(await renderProfiles(rows))
    return {bad, home: this.home, profiles: rows, warnings}
  }
}
