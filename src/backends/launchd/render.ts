import type {Scope, ServiceSpec} from '@hermes-cli/service-manager'
import {attended} from '@hermes-cli/service-manager/attendant'

import {createHash} from 'node:crypto'

import {document, unescape} from './plist.js'

/** Raised when older definitions are to be written anew without being called edited. */
const FORMAT = 1
/** A key of our own: launchd passes over what it does not know, and a comment would not survive plutil or defaults. */
const KEY = 'HermesRecord'
const RECORD = new RegExp(String.raw`[ \t]*<key>${KEY}</key>\s*<string>([^<]*)</string>\n?`)
/** Seconds between the attendant's SIGKILL to its program and launchd's to the attendant. */
export const EXIT_MARGIN = 5
/** Seconds between two starts of an attendant: it is only started anew when it was killed. */
const THROTTLE = 5

export interface Target {
  readonly scope: Scope
  readonly label: string
  /** Of the attendant. */
  readonly attendance: string
}

/** What a definition says of itself: whose it is, and what was asked for. */
export interface PlistRecord {
  readonly format: number
  /** Of the rest of the text, as it was written. */
  readonly body: string
  /** Of what a process is started from. */
  readonly definition: string
  readonly spec: ServiceSpec
  readonly target: Target
}

export const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16)

/** The whole file. Equal specs give equal texts. */
export function renderPlist(spec: ServiceSpec, target: Target): string {
  const definition = digest(body(spec, target, ''))
  const record: PlistRecord = {body: digest(body(spec, target, definition)), definition, format: FORMAT, spec, target}
  const json = JSON.stringify(record).replaceAll(/[^\u0020-\u007E]/g, (char) => `\\u${char.codePointAt(0)!.toString(16).padStart(4, '0')}`)
  return body(spec, target, definition, {[KEY]: json})
}

/** The body as it would be written, to compare an edited one with. */
export const bodyOf = ({definition, spec, target}: PlistRecord): string => body(spec, target, definition)

/** What its record says, and the text without it; undefined when hermes did not write it. */
export function readPlist(text: string): {body: string; record: PlistRecord} | undefined {
  const found = RECORD.exec(text)
  if (!found) return undefined
  try {
    const record = JSON.parse(unescape(found[1]!)) as Partial<PlistRecord> | null
    const {home, id, logDirectory, workingDirectory} = record?.spec ?? {}
    const texts = [record?.body, record?.definition, home, id, logDirectory, workingDirectory]
    return texts.every((one) => typeof one === 'string') ? {body: text.replace(RECORD, ''), record: record as PlistRecord} : undefined
  } catch {
    return undefined
  }
}

/*
 * Nothing of the program is launchd's to do: it would open logs as root in a directory of the user, and try for ever
 * to start in a working directory that is gone. All of that is the attendant's.
 */
function body(spec: ServiceSpec, {attendance, label, scope}: Target, definition: string, record = {}): string {
  return document({
    ...record,
    Label: label,
    ProgramArguments: attended(spec, {definition, directory: attendance}),
    RunAtLoad: true,
    KeepAlive: {SuccessfulExit: false},
    ThrottleInterval: THROTTLE,
    ExitTimeOut: Math.ceil(spec.stopSeconds) + EXIT_MARGIN,
    ProcessType: 'Standard',
    ...(scope === 'user' ? {LimitLoadToSessionType: ['Aqua', 'Background']} : {}),
    ...(scope === 'system' && spec.user ? {UserName: spec.user} : {}),
  })
}
