import type {Scope} from '@hermes-cli/service-manager'

import type {VerbResult} from '../../gateway/control.js'
import type {GatewayStatus} from '../../gateway/status.js'
import type {ToldError} from '../report.js'
import {emphasise, table} from './table.js'

const WORDS: Record<VerbResult['action'], string> = {
  'already-running': 'already running',
  'already-stopped': 'already stopped',
  'already-installed': 'already installed',
  'already-uninstalled': 'not installed, nothing to do',
  installed: 'installed',
  restarted: 'restarted',
  started: 'started',
  stopped: 'stopped',
  uninstalled: 'uninstalled',
  updated: 'installed anew',
}

/** One line for what a verb did. */
export function renderVerb({action, note, profile, registered, restart_due, status}: VerbResult): string {
  const facts = [
    status.pid === null ? undefined : `pid ${status.pid}`,
    status.pid === null || status.port === null ? undefined : `port ${status.port}`,
    registered ? 'registered' : undefined,
  ].filter(Boolean)
  const about = facts.length > 0 ? ` (${facts.join(', ')})` : ''
  const due = restart_due ? `\n  its definition has changed: hermes gateway:restart ${profile} takes it up` : ''
  const unwell = status.state === 'degraded' ? `\n  degraded: ${status.reason ?? 'no reason given'}` : ''
  return `${profile}: ${WORDS[action]}${about}${unwell}${due}${note ? `\n  ${note}` : ''}`
}

export const renderVerbFailure = (profile: string, {message, suggestions: [first]}: ToldError): string =>
  `${profile}: ${emphasise('red', 'failed')}: ${message}${first === undefined ? '' : `\nTry: ${first}`}`

/** Wall-clock distance in the unit that fits: 42s, 5m, 3h, 12d. */
export function age(since: string | null, now = Date.now()): string {
  if (since === null) return ''
  const seconds = Math.max(0, Math.floor((now - Date.parse(since)) / 1000))
  if (Number.isNaN(seconds)) return ''
  if (seconds < 120) return `${seconds}s`
  if (seconds < 7200) return `${Math.floor(seconds / 60)}m`
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86_400)}d`
}

export interface StatusReport extends GatewayStatus {
  /** The service manager for people, null without one. */
  readonly manager: string | null
  readonly scope: Scope | null
}

const COLOURS = {failed: 'red', running: 'green', stopped: 'dim'} as const

function coloured(state: string): string {
  if (state === 'absent') return 'not registered'
  return state in COLOURS ? emphasise(COLOURS[state as keyof typeof COLOURS], state) : state
}

/** All of one gateway, a line a fact, in words where there is something to explain. */
export function renderStatus(report: StatusReport): string {
  const since = report.since ? ` for ${age(report.since)} (since ${report.since})` : ''
  const lines: Array<[string, string | null | undefined]> = [
    ['profile', report.profile],
    ['manager', report.manager ?? 'none detected'],
    ['state', `${coloured(report.state)}${since}`],
    ['reason', report.reason],
    ['intent', {none: 'none yet', running: 'running: it is meant to be up', stopped: 'stopped: it is meant to be down'}[report.intent]],
    ['pid', report.pid === null ? null : String(report.pid)],
    ['port', report.port === null ? null : String(report.port)],
    ['ready', report.ready === null ? null : report.ready ? 'yes' : 'no'],
    ['registered', report.manager === null ? null : report.registered ? 'yes' : 'no'],
    ['drift', report.drift === null ? null : `${report.drift}: hermes gateway:restart ${report.profile} mends it`],
    ['definition', report.restart_due ? `changed: hermes gateway:restart ${report.profile} takes it up` : null],
  ]
  const shown = lines.filter(([, value]) => value !== null && value !== undefined)
  return [...shown.map(([name, value]) => `${name.padEnd(10)}  ${value}`), ...report.warnings.map((text) => `warning     ${text}`)].join(
    '\n',
  )
}

export async function renderList(reports: readonly StatusReport[]): Promise<string> {
  return table(
    ['PROFILE', 'STATE', 'INTENT', 'PID', 'PORT', 'SINCE', 'REASON'],
    reports.map((report) => [
      report.profile,
      coloured(report.state),
      report.intent,
      report.pid === null ? '' : String(report.pid),
      report.port === null ? '' : String(report.port),
      age(report.since),
      report.reason?.split('\n')[0] ?? '',
    ]),
  )
}
