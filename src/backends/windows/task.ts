import {asciiJson, xml} from './quote.js'
import {FOLDER} from './site.js'
import {leavesOf} from './xml.js'

/** Raised when older tasks are to be written anew without being called edited. */
const FORMAT = 1
const RECORD = 'hermes: '
const NAMESPACE = 'http://schemas.microsoft.com/windows/2004/02/mit/task'

/** What the task says about itself, in RegistrationInfo/Documentation: whose it is, and what it was made from. */
export interface TaskRecord {
  readonly format: number
  readonly home: string
  readonly id: string
  /** Digest of what is run. */
  readonly definition: string
}

export interface TaskPlan {
  readonly record: Omit<TaskRecord, 'format'>
  readonly description: string
  readonly name: string
  /** Of the user as whom it runs, and at whose login. */
  readonly sid: string
  readonly command: string
  readonly arguments: string
  readonly workingDirectory: string
  /** Started at a login. */
  readonly enabled: boolean
}

/**
 * Leaves by path, ours and what the schema means where there is none (learn.microsoft.com/windows/win32/taskschd/
 * task-scheduler-schema). These are compared with what is registered; the rest is not ours to mind: who registered it
 * when, and the user, which comes back as a name where a SID was given.
 */
function leavesFor(plan: TaskPlan): ReadonlyArray<readonly [path: string, ours: string, schemaDefault: string]> {
  return [
    ['Triggers/LogonTrigger/Delay', 'PT30S', 'PT0S'],
    ['Principals/Principal/LogonType', 'InteractiveToken', ''],
    ['Principals/Principal/RunLevel', 'LeastPrivilege', 'LeastPrivilege'],
    ['Settings/MultipleInstancesPolicy', 'IgnoreNew', 'IgnoreNew'],
    ['Settings/DisallowStartIfOnBatteries', 'false', 'true'],
    ['Settings/StopIfGoingOnBatteries', 'false', 'true'],
    ['Settings/AllowHardTerminate', 'true', 'true'],
    ['Settings/StartWhenAvailable', 'true', 'false'],
    ['Settings/RunOnlyIfNetworkAvailable', 'false', 'false'],
    ['Settings/IdleSettings/StopOnIdleEnd', 'false', 'true'],
    ['Settings/IdleSettings/RestartOnIdle', 'false', 'false'],
    ['Settings/AllowStartOnDemand', 'true', 'true'],
    ['Settings/Enabled', 'true', 'true'],
    ['Settings/Hidden', 'false', 'false'],
    ['Settings/RunOnlyIfIdle', 'false', 'false'],
    ['Settings/WakeToRun', 'false', 'false'],
    // 72 hours by default: then it would be ended.
    ['Settings/ExecutionTimeLimit', 'PT0S', 'PT72H'],
    // 7 by default, below what is interactive, for the disk too.
    ['Settings/Priority', '5', '7'],
    ['Settings/RestartOnFailure/Interval', 'PT1M', ''],
    ['Settings/RestartOnFailure/Count', '255', ''],
    ['Actions/Exec/Command', plan.command, ''],
    ['Actions/Exec/Arguments', plan.arguments, ''],
    ['Actions/Exec/WorkingDirectory', plan.workingDirectory, ''],
  ]
}

/** The whole task, without the byte-order mark. Equal plans give equal texts. */
export function renderTask(plan: TaskPlan): string {
  const record: TaskRecord = {...plan.record, format: FORMAT}
  const fixed = leavesFor(plan)
  const below = (parent: string): string[] =>
    fixed.flatMap(([path, ours]) => (path.startsWith(`${parent}/`) ? nested(path.slice(parent.length + 1), ours) : []))
  // In a trigger the order is the schema's: what all triggers have, then what this one has.
  const trigger = [leaf('Enabled', String(plan.enabled)), leaf('UserId', plan.sid), ...below('Triggers/LogonTrigger')]
  return [
    '<?xml version="1.0" encoding="UTF-16"?>',
    `<Task version="1.2" xmlns="${NAMESPACE}">`,
    ...element('RegistrationInfo', [
      leaf('URI', `${FOLDER}\\${plan.name}`),
      leaf('Author', 'hermes'),
      leaf('Description', plan.description),
      leaf('Documentation', RECORD + asciiJson(record)),
    ]),
    ...element('Triggers', element('LogonTrigger', trigger)),
    ...element('Principals', element('Principal', [leaf('UserId', plan.sid), ...below('Principals/Principal')], ' id="Author"')),
    ...element('Settings', merged(below('Settings'))),
    ...element('Actions', element('Exec', below('Actions/Exec')), ' Context="Author"'),
    '</Task>',
    '',
  ].join('\r\n')
}

const leaf = (name: string, text: string): string => `<${name}>${xml(text)}</${name}>`
const element = (name: string, inner: readonly string[], attributes = ''): string[] => [`<${name}${attributes}>`, ...inner, `</${name}>`]

function nested(path: string, text: string): string[] {
  const [first, rest] = path.split('/')
  return rest === undefined ? [leaf(first!, text)] : element(first!, nested(rest, text))
}

/** Leaves of one parent came one by one: `</A><A>` between two of the same is nothing. */
const merged = (lines: readonly string[]): string[] =>
  lines
    .join('\r\n')
    .replaceAll(/<\/(\w+)>\r\n<\1>\r\n/g, '')
    .split('\r\n')

/** Whose task it is, or undefined when hermes did not make it. */
export function recordIn(document: string): TaskRecord | undefined {
  const text = leavesOf(document)?.get('RegistrationInfo/Documentation')?.[0]
  if (!text?.startsWith(RECORD)) return undefined
  try {
    const record = JSON.parse(text.slice(RECORD.length)) as Partial<TaskRecord> | null
    const texts = [record?.definition, record?.home, record?.id]
    return texts.every((one) => typeof one === 'string') && typeof record?.format === 'number' ? (record as TaskRecord) : undefined
  } catch {
    return undefined
  }
}

/** It is started at a login: neither the trigger nor the task is switched off. */
export function isEnabled(document: string): boolean {
  const leaves = leavesOf(document)
  const on = (path: string) => (leaves?.get(path)?.[0] ?? 'true').trim() !== 'false'
  const triggers = leaves && [...leaves.keys()].some((path) => path.startsWith('Triggers/LogonTrigger'))
  return Boolean(triggers) && on('Triggers/LogonTrigger/Enabled') && on('Settings/Enabled')
}

/** Pure: what is registered otherwise than we would, in one line. */
export function driftOf(document: string, plan: TaskPlan): string | undefined {
  const leaves = leavesOf(document)
  if (!leaves) return 'the task cannot be read'
  for (const [path, ours, schemaDefault] of leavesFor(plan)) {
    const found = leaves.get(path) ?? [schemaDefault]
    if (found.length === 1 && found[0] === ours) continue
    const [name, value] = [path.split('/').at(-1), found.map((one) => JSON.stringify(one.slice(0, 200))).join(', ')]
    return `the task was edited: its ${name} is ${value}, not ${JSON.stringify(ours.slice(0, 200))}`
  }

  const foreign = [...leaves.keys()].find((path) => /^(?:Actions|Triggers)\/(?!Exec\b|LogonTrigger\b)/.test(path))
  return foreign === undefined ? undefined : `the task was edited: it has ${foreign.split('/').slice(0, 2).join('/')}`
}
