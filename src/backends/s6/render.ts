import type {ServiceSpec} from '@hermes-cli/service-manager'

import {createHash} from 'node:crypto'

import {finishScript, logScript, NOTIFY_FD, runScript, type ScriptTools} from './scripts.js'

export interface SlotFile {
  readonly text: string
  readonly mode: number
}

export interface SlotLink {
  readonly link: string
}

export type SlotEntry = SlotFile | SlotLink

/** data/hermes.json: who made the slot. A slot without it, or of another home, is not ours to touch. */
export interface SlotRecord {
  readonly made_by: 'hermes'
  readonly home: string
  readonly id: string
  readonly log_directory: string
  /** `startSeconds` of the spec, where it has one. */
  readonly start_seconds?: number
  /** Of what a process is started with. The run script leaves it in data/started. */
  readonly definition: string
  /** Of the run script as we wrote it. */
  readonly run_sha256: string
  /** What the scripts are links to; without it they are files. */
  readonly launcher?: string
}

/** Files a slot may have or not have, depending on the spec. */
export const OPTIONAL_FILES = ['notification-fd'] as const
/** Executed by s6-supervise. Where there is a launcher the text is beside it, under this name with .sh. */
export const SCRIPTS = ['log/run', 'finish', 'run'] as const

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/**
 * The slot of this service as relative file names, in the order in which they may be replaced: `run` comes last.
 * `launcher`: nothing can be executed there, so scripts are links to this.
 */
export function renderSlot(spec: ServiceSpec, tools: ScriptTools, launcher?: string): Map<string, SlotEntry> {
  const definition = sha256(runScript(spec, tools, '') + spec.readiness)
  const run = runScript(spec, tools, definition)
  const record: SlotRecord = {
    made_by: 'hermes',
    home: spec.home,
    id: spec.id,
    log_directory: spec.logDirectory,
    ...(spec.startSeconds === undefined ? {} : {start_seconds: spec.startSeconds}),
    definition,
    run_sha256: sha256(run),
    ...(launcher === undefined ? {} : {launcher}),
  }
  const files = new Map<string, SlotEntry>([
    ['type', plain('longrun')],
    ...script('log/run', logScript(spec, tools), launcher),
    ...script('finish', finishScript(tools), launcher),
    // 0 would mean "never".
    ['timeout-kill', plain(String(Math.max(1, Math.round(spec.stopSeconds * 1000))))],
  ])
  if (spec.readiness === 'fd') files.set('notification-fd', plain(String(NOTIFY_FD)))
  files.set('data/hermes.json', plain(JSON.stringify(record, undefined, 2)))
  for (const [name, entry] of script('run', run, launcher)) files.set(name, entry)
  return files
}

const plain = (text: string): SlotFile => ({mode: 0o644, text: `${text}\n`})

/** The text before the link to what reads it. It keeps its bit, by which `launcherOf` sees whether that still counts. */
function script(name: string, text: string, launcher: string | undefined): Array<[string, SlotEntry]> {
  const file = {mode: 0o755, text}
  if (launcher === undefined) return [[name, file]]
  return [
    [`${name}.sh`, file],
    [name, {link: launcher}],
  ]
}
