import {dirname, join} from 'node:path'

import type {Shell} from './shells.js'

type Environment = Readonly<Record<string, string | undefined>>

export interface Place {
  /** The script, a file of ours alone. */
  readonly script: string
  /** The start file of the shell that reads the script, and the lines for it. fish reads the script by itself. */
  readonly start?: {readonly lines: readonly string[]; readonly path: string}
}

export interface Where {
  readonly dataDirectory: string
  readonly environment: Environment
  /** Of the user. */
  readonly home: string
  /** The start file that was asked for, or that PowerShell named. */
  readonly startFile?: string | undefined
}

const posixQuoted = (path: string): string => `'${path.replaceAll("'", String.raw`'\''`)}'`
const powershellQuoted = (path: string): string => `'${path.replaceAll("'", "''")}'`

/** Where each shell looks. Sources: bash(1) INVOCATION, zsh(1) STARTUP/SHUTDOWN FILES, fish-completions(1), about_Profiles. */
export function placeOf(shell: Shell, {dataDirectory, environment, home, startFile}: Where): Place {
  const config = environment.XDG_CONFIG_HOME || join(home, '.config')
  const script = (name: string): string => join(dataDirectory, 'completion', name)
  switch (shell) {
    case 'bash': {
      const path = script('hermes.bash')
      const lines = [`if [ -r ${posixQuoted(path)} ]; then . ${posixQuoted(path)}; fi`]
      return {script: path, start: {lines, path: startFile ?? join(home, '.bashrc')}}
    }

    case 'fish': {
      return {script: join(config, 'fish', 'completions', 'hermes.fish')}
    }

    case 'powershell': {
      const path = script('hermes.ps1')
      const lines = [`if (Test-Path -LiteralPath ${powershellQuoted(path)}) { . ${powershellQuoted(path)} }`]
      return {script: path, start: {lines, path: startFile ?? join(config, 'powershell', 'Microsoft.PowerShell_profile.ps1')}}
    }

    case 'zsh': {
      const path = script('hermes.zsh')
      const lines = [`if [ -r ${posixQuoted(path)} ]; then . ${posixQuoted(path)}; fi`]
      return {script: path, start: {lines, path: startFile ?? join(environment.ZDOTDIR || home, '.zshrc')}}
    }
  }
}

/** A path that cannot be written into a start file in one line. */
export const isUnspeakable = ({script, start}: Place): boolean => /[\n\r\0]/.test(script + (start?.path ?? '') + dirname(script))
