import {lstatSync} from 'node:fs'
import {join} from 'node:path'

import {readSmall} from '../small-file.js'

const STATES = ['starting', 'running', 'pausing', 'stopping', 'failed'] as const
const REASONS = ['crash-loop', 'exit-78'] as const
const MAX_BYTES = 4096

/** What an attendant last said of itself and its program. Hearsay until somebody knows that this attendant lives. */
export interface Attendance {
  readonly attendant: {readonly pid: number; readonly born: string}
  /** As it was given: tells from which definition this attendant was started. */
  readonly definition: string
  readonly state: (typeof STATES)[number]
  readonly program?: {readonly pid: number; readonly born: string}
  /** Of its last start. */
  readonly since?: Date
  /** As a shell tells it: 128 and more for a signal. */
  readonly exitCode?: number
  readonly because?: (typeof REASONS)[number]
  readonly ready: boolean
}

/** What the attendant of that directory says; undefined where there is nothing, or nothing that can be read. */
export function readAttendance(directory: string): Attendance | undefined {
  for (let again = 0; again < 20; again++) {
    const text = readSmall(join(directory, 'state'), {limit: MAX_BYTES})
    if (text === undefined) return undefined
    const ready = (lstatSync(join(directory, 'ready'), {throwIfNoEntry: false})?.size ?? 0) > 0
    const begun = lstatSync(join(directory, 'begun'), {throwIfNoEntry: false})?.mtime
    // Both are of this very run only where that was the same before and after.
    if (readSmall(join(directory, 'state'), {limit: MAX_BYTES}) === text) return parseAttendance(text, ready, begun)
  }

  return undefined
}

/** Pure. The file is in a home, where others than its attendant may have written it. */
export function parseAttendance(text: string, ready = false, begun?: Date): Attendance | undefined {
  const found = new Map<string, string>()
  for (const line of text.split('\n')) {
    const space = line.indexOf(' ')
    if (space > 0) found.set(line.slice(0, space), line.slice(space + 1))
  }

  const attendant = processOf(found.get('attendant'))
  const state = STATES.find((one) => one === found.get('state'))
  const definition = found.get('definition')
  if (!attendant || !state || definition === undefined || !/^[\w.-]{0,64}$/.test(definition)) return undefined
  const program = processOf(found.get('program'))
  const since = whole(found.get('since'))
  const exitCode = whole(found.get('exit'))
  const because = REASONS.find((one) => one === found.get('because'))
  return {
    attendant,
    definition,
    ready: ready && state === 'running',
    state,
    ...(program ? {program} : {}),
    ...(since === undefined ? {} : {since: exact(since, begun)}),
    ...(exitCode === undefined || exitCode > 255 ? {} : {exitCode}),
    ...(because ? {because} : {}),
  }
}

/** A shell tells whole seconds; the file that each program's shell makes first has the rest. */
function exact(since: number, begun?: Date): Date {
  const later = begun ? begun.getTime() - since * 1000 : -1
  return begun && later >= 0 && later < 2000 ? begun : new Date(since * 1000)
}

function processOf(text = ''): {pid: number; born: string} | undefined {
  const [, pid, born] = /^(\d{1,10}) ([\w .:-]{1,100})$/.exec(text) ?? []
  return pid !== undefined && born !== undefined && Number(pid) > 1 ? {born, pid: Number(pid)} : undefined
}

const whole = (text = ''): number | undefined => (/^\d{1,12}$/.test(text) ? Number(text) : undefined)
