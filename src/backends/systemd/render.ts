import type {Scope, ServiceSpec} from '@hermes-cli/service-manager'

import {createHash} from 'node:crypto'

import {plain, quote, shell, words} from './quote.js'
import {stopHook} from './stop-hook.js'

/** Raised when older units are to be written anew without being called edited. */
const FORMAT = 1
const RECORD = '# hermes: '
export const NOTIFY_FD = 3
/** Starts within so many seconds after which a service is given up. */
export const CRASH_LOOP = {seconds: 60, starts: 5}

/** How the delay before a restart grows, in milliseconds, where systemd knows how (254 and later). */
const BACK_OFF = {longest: 5000, steps: 4}

export interface Target {
  readonly scope: Scope
  /** The unit's name without `.service`; also that of its runtime directory. */
  readonly stem: string
  /** WantedBy= */
  readonly wantedBy: string
  /** Absolute: the PATH of a service need not have it. */
  readonly mkfifo: string
  readonly systemctl: string
  readonly timeout?: string
  /** RestartSteps= and RestartMaxDelaySec= are known to it. */
  readonly backOff?: boolean
}

/** The line of a unit that says whose it is, and what was asked for. */
export interface UnitRecord {
  readonly format: number
  /** Of the text below the line, as it was written. */
  readonly body: string
  /** Of what a process is started from. */
  readonly definition: string
  readonly spec: ServiceSpec
  readonly target: Target
}

export const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16)

/** The whole unit file. Equal specs give equal texts. */
export function renderUnit(spec: ServiceSpec, target: Target): string {
  const definition = digest(body(spec, target, ''))
  const text = body(spec, target, definition)
  const record: UnitRecord = {body: digest(text), definition, format: FORMAT, spec, target}
  const json = JSON.stringify(record).replaceAll(/[^\u0020-\u007E]/g, (char) => `\\u${char.codePointAt(0)!.toString(16).padStart(4, '0')}`)
  return `${RECORD}${json}\n${text}`
}

/** The body as it would be written, to compare an edited one with. */
export const bodyOf = ({definition, spec, target}: UnitRecord): string => body(spec, target, definition)

/** What the first line says and the text below it, or undefined when hermes did not write it. */
export function readUnit(text: string): {body: string; record: UnitRecord} | undefined {
  const end = text.indexOf('\n')
  if (end === -1 || !text.startsWith(RECORD)) return undefined
  try {
    const record = JSON.parse(text.slice(RECORD.length, end)) as Partial<UnitRecord> | null
    const texts = [record?.body, record?.definition, record?.spec?.home, record?.spec?.id, record?.spec?.workingDirectory]
    return texts.every((one) => typeof one === 'string') ? {body: text.slice(end + 1), record: record as UnitRecord} : undefined
  } catch {
    return undefined
  }
}

/** Milliseconds, because systemd takes a 0 for "for ever". */
const time = (seconds: number): string => `${Math.max(100, Math.ceil(seconds * 1000))}ms`

function body(spec: ServiceSpec, target: Target, definition: string): string {
  const {scope, stem, wantedBy} = target
  const network = scope === 'system' ? ['Wants=network-online.target', 'After=network-online.target'] : []
  return lines(
    '# Written by hermes, which replaces what is changed here. Your own settings belong in a drop-in: systemctl edit.',
    '[Unit]',
    `Description=${plain(spec.description)}`,
    ...network,
    `StartLimitIntervalSec=${CRASH_LOOP.seconds}`,
    `StartLimitBurst=${CRASH_LOOP.starts}`,
    '',
    '[Service]',
    'Type=exec',
    ...commands(spec, target, definition),
    ...stopHook(spec, target),
    '# 0: it is done. 75: once more. 78: as it is configured it can never start.',
    'Restart=always',
    'RestartSec=1',
    ...(target.backOff ? [`RestartSteps=${BACK_OFF.steps}`, `RestartMaxDelaySec=${BACK_OFF.longest}ms`] : []),
    'RestartPreventExitStatus=0 78',
    'SuccessExitStatus=75',
    'KillMode=control-group',
    ...(spec.startSeconds === undefined ? [] : [`TimeoutStartSec=${time(spec.startSeconds)}`]),
    `TimeoutStopSec=${time(spec.stopSeconds)}`,
    `RuntimeDirectory=${stem}`,
    'UMask=0077',
    'StandardOutput=journal',
    'StandardError=journal',
    `SyslogIdentifier=${stem}`,
    ...(scope === 'system' && spec.user ? [`User=${plain(spec.user)}`] : []),
    ...Object.entries(spec.environment).map(([name, value]) => `Environment=${quote(`${name}=${value}`)}`),
    '',
    '[Install]',
    `WantedBy=${wantedBy}`,
  )
}

/**
 * Readiness without a process that stays: the program has the writing end of a FIFO, and what runs after its start
 * waits for a line from it, or for its end. systemd calls the unit started when that is over, and not before. An end
 * without a line is most likely that of the program, of which systemd hears a moment later: it is given two seconds to.
 */
function commands(spec: ServiceSpec, {mkfifo, stem}: Target, definition: string): string[] {
  const own = (name: string): string => `"%t/${stem}/${name}"`
  const note = 'echo "$1" >"$2"'
  if (spec.readiness === 'none') {
    return [
      `ExecStartPre=${shell(note, definition)} ${own('definition')}`,
      `ExecStart=${shell('cd "$1" && shift && exec "$@"', spec.workingDirectory, ...spec.command)}`,
    ]
  }

  const open = `exec ${NOTIFY_FD}>"$1" && export HERMES_NOTIFY_FD=${NOTIFY_FD} && cd "$2" && shift 2 && exec "$@"`
  return [
    `ExecStartPre=${shell(`${note} && { [ -p "$3" ] || "$4" -m 600 "$3"; }`, definition)} ${own('definition')} ${own('ready')} ${words(mkfifo)}`,
    `ExecStart=${shell(open)} ${own('ready')} ${words(spec.workingDirectory, ...spec.command)}`,
    `ExecStartPost=${shell('read -r line <"$1" || command -p sleep 2 || :')} ${own('ready')}`,
  ]
}

const lines = (...text: string[]): string => `${text.join('\n')}\n`
