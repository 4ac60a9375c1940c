import {readSmall} from '@hermes-cli/service-manager/small-file'

import {renameSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {FILES} from './files.js'

/** `starting`: it runs, and not for long enough yet to count. `waiting`: before the next try. */
const PHASES = ['starting', 'running', 'waiting', 'failed', 'stopped'] as const
export type Phase = (typeof PHASES)[number]

/** What the attendant last said, in state.json. It is only of now while the attendant lives. */
export interface State {
  readonly phase: Phase
  /** Of this attendant; in the name of its stop file. */
  readonly token: string
  /** The process id of the attendant, and the moment it started: milliseconds since the epoch. */
  readonly attendant: number
  readonly attendantSince: number
  /** Digest of what it runs. */
  readonly definition: string
  /** Of the program, while there is one; when it started. */
  readonly pid?: number
  readonly since?: number
  /** How the program last ended. */
  readonly exitCode?: number
  readonly signal?: string
  readonly because?: string
}

const count = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

/** Pure: undefined for what no attendant of ours wrote. */
export function parseState(text: string | undefined): State | undefined {
  if (text === undefined) return undefined
  try {
    const state = JSON.parse(text) as Partial<State> | null
    const sound =
      (PHASES as readonly unknown[]).includes(state?.phase) &&
      /^[\da-f]{16}$/.test(String(state?.token)) &&
      typeof state?.definition === 'string' &&
      [state.attendant, state.attendantSince, state.pid ?? 0, state.since ?? 0, state.exitCode ?? 0].every((one) => count(one)) &&
      [state.because ?? '', state.signal ?? ''].every((one) => typeof one === 'string')
    return sound ? (state as State) : undefined
  } catch {
    return undefined
  }
}

export const readState = (directory: string): State | undefined => parseState(readSmall(join(directory, FILES.state)))

/** The program is asked to end, as SIGTERM would, by this file: Windows has no signal that can be heard. */
export const stopFile = (directory: string, {token}: Pick<State, 'token'>): string => join(directory, `stop.${token}`)

/** Whole or not at all. On Windows a name cannot be replaced while somebody reads under it. */
export function writeState(directory: string, state: State): void {
  const temporary = join(directory, `.state.${process.pid}.tmp`)
  rmSync(temporary, {force: true})
  writeFileSync(temporary, `${JSON.stringify(state)}\n`, {flag: 'wx', mode: 0o600})
  for (let tries = 0; ; tries++) {
    try {
      renameSync(temporary, join(directory, FILES.state))
      return
    } catch (error) {
      if (!['EACCES', 'EBUSY', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '') || tries >= 50) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)
    }
  }
}
