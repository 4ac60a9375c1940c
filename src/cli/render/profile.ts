import type {ListedProfile, Profile} from '../../profile/store.js'
import {table} from './table.js'

export interface ProfileRow extends ListedProfile {
  /** `hermes` without -p acts on it. */
  readonly active: boolean
}

const commandLine = (command: Profile['command']): string =>
  command === undefined ? '' : typeof command === 'string' ? command : command.join(' ')

export async function renderProfiles(rows: readonly ProfileRow[]): Promise<string> {
  return table(
    ['', 'PROFILE', 'PORT', 'COMMAND'],
    rows.map((row) => [
      row.active ? '*' : '',
      row.name,
      String(row.port),
      row.problem ? 'its configuration cannot be used' : commandLine(row.command),
    ]),
  )
}

export function renderProfile(profile: Profile): string {
  const lines: Array<[string, string]> = [
    ['profile', profile.name],
    ['directory', profile.directory],
    ['port', String(profile.port)],
    ['command', commandLine(profile.command) || 'none: the gateway serves its health endpoint alone'],
  ]
  return lines.map(([name, value]) => `${name.padEnd(10)} ${value}`).join('\n')
}
