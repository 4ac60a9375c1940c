import {bash} from './scripts/bash.js'
import {fish} from './scripts/fish.js'
import {powershell} from './scripts/powershell.js'
import {zsh} from './scripts/zsh.js'

export const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const
export type Shell = (typeof SHELLS)[number]

/** What the shell is to read once; it asks `hermes __complete` at every press of TAB. */
export const SCRIPTS: Readonly<Record<Shell, string>> = {bash, fish, powershell, zsh}

const BY_PROGRAM: Readonly<Record<string, Shell>> = {bash: 'bash', fish: 'fish', powershell: 'powershell', pwsh: 'powershell', zsh: 'zsh'}

/** The shell a program is, by its path: `/usr/bin/zsh`, `C:\...\pwsh.exe`. */
export function shellOf(program: string): Shell | undefined {
  const name = program
    .split(/[/\\]/)
    .at(-1)!
    .replace(/\.exe$/i, '')
    .replace(/^-/, '')
    .toLowerCase()
  return Object.hasOwn(BY_PROGRAM, name) ? BY_PROGRAM[name] : undefined
}
