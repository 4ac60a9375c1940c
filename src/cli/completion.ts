import {Args, Flags, type Config} from '@oclif/core'
import type {Host} from '@hermes-cli/service-manager'

import {isAbsolute, resolve} from 'node:path'

import {isWindows} from '../host/platform.js'
import {HermesError} from '../profile/errors.js'
import type {Change} from '../completion/install.js'
import {placeOf, type Place} from '../completion/place.js'
import {shellOf, SHELLS, type Shell} from '../completion/shells.js'

export const shellArgument = {shell: Args.string({description: 'The shell; without one, the one you use ($SHELL)', options: [...SHELLS]})}
export const placingFlags = {
  'dry-run': Flags.boolean({description: 'Say what would be done and change nothing'}),
  file: Flags.string({description: 'The start file to edit, instead of the usual one of the shell', helpValue: 'FILE'}),
}

/** Throws `usage` when none was named and $SHELL is none hermes knows. */
export function chosenShell(named: string | undefined, program = ''): Shell {
  const shell = shellOf(named ?? (program || (isWindows ? 'powershell' : '')))
  if (shell) return shell
  const what = program === '' ? 'SHELL does not say which shell you use' : `there is no completion for the shell ${program}`
  throw new HermesError('usage', what, {suggestions: SHELLS.map((one) => `hermes completion install ${one}`)})
}

/** Throws `usage` where PowerShell has to be asked and is not there. */
export async function placeFor(
  shell: Shell,
  {config, file, host}: {config: Pick<Config, 'dataDir' | 'home'>; file: string | undefined; host: Pick<Host, 'environment' | 'exec'>},
): Promise<Place> {
  if (file !== undefined && shell === 'fish')
    throw new HermesError('usage', 'fish reads completions from a directory: --file has no meaning for it')
  const startFile = file === undefined ? (shell === 'powershell' ? await powershellProfile(host) : undefined) : resolve(file)
  return placeOf(shell, {dataDirectory: config.dataDir, environment: host.environment, home: config.home, startFile})
}

/** $PROFILE, asked of PowerShell itself: on Windows the Documents directory may be anywhere. Elsewhere it has one place. */
async function powershellProfile({exec}: Pick<Host, 'exec'>): Promise<string | undefined> {
  for (const program of ['pwsh', 'powershell']) {
    const answer = await exec(program, ['-NoProfile', '-NonInteractive', '-Command', '$PROFILE']).catch(() => undefined)
    const path = answer?.exitCode === 0 ? answer.stdout.trim() : ''
    if (isAbsolute(path)) return path
  }

  if (!isWindows) return undefined
  throw new HermesError('usage', 'PowerShell was not found, and only it knows where its profile is', {
    suggestions: ['Name the file: hermes completion install powershell --file PATH'],
  })
}

const DONE: Record<Change['action'], readonly [string, string]> = {
  create: ['created', 'would create'],
  none: ['unchanged', 'would leave'],
  remove: ['removed', 'would remove'],
  write: ['changed', 'would change'],
}

export const renderChanges = (changes: readonly Change[], dryRun: boolean): string =>
  changes
    .map(({action, path, target}) => `${DONE[action][dryRun ? 1 : 0]} ${path}${target === path ? '' : ` (a link to ${target})`}`)
    .join('\n')

export const changesJson = (changes: readonly Change[]): object[] => changes.map(({action, path, target}) => ({action, path, target}))
