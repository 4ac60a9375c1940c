import {commandFailed, ServiceManagerError, type ExecResult} from '@hermes-cli/service-manager'

import {unitOf, type Site} from './site.js'

const DENIED = /access denied|permission denied|interactive authentication required|authentication is required/i
const NO_MANAGER =
  /failed to connect to (?:the )?(?:user |system )?(?:scope )?bus|no medium found|host is down|connection refused|transport endpoint/i
/** Milliseconds a verb that does not wait for a job may take. */
const QUICK = 30_000

export async function systemctl(site: Site, args: readonly string[], timeout = QUICK): Promise<ExecResult> {
  const {environment, host, scope} = site
  return host.exec(site.systemctl, [`--${scope}`, '--no-ask-password', '--no-pager', ...args], {environment, timeout})
}

/** Throws when it fails. */
export async function must(site: Site, what: string, args: readonly string[], timeout?: number): Promise<ExecResult> {
  const result = await systemctl(site, args, timeout)
  if (result.exitCode !== 0) throw toolFailed(site, what, result)
  return result
}

export function toolFailed({host, scope}: Site, what: string, result: ExecResult): ServiceManagerError {
  const said = result.stderr.trim()
  if (DENIED.test(said)) {
    const suggestions = [scope === 'system' ? 'Run this as root.' : 'Run this as the user the service belongs to.']
    return new ServiceManagerError('permission', `${what}: user ${host.uid} may not: ${said}`, {suggestions})
  }

  if (NO_MANAGER.test(said)) {
    const suggestions = scope === 'user' ? ['Have root run: loginctl enable-linger USER'] : []
    return new ServiceManagerError('unavailable', `${what}: systemd does not answer: ${said}`, {suggestions})
  }

  return commandFailed(what, result)
}

export const reload = (site: Site): Promise<ExecResult> => must(site, 'could not have systemd read its units again', ['daemon-reload'])

const PROPERTIES = [
  'Id',
  'LoadState',
  'LoadError',
  'ActiveState',
  'SubState',
  'MainPID',
  'Result',
  'ExecMainCode',
  'ExecMainStatus',
  'NRestarts',
  'ExecMainStartTimestampMonotonic',
  'InactiveEnterTimestampMonotonic',
  'NeedDaemonReload',
].join(',')

export type Properties = Readonly<Record<string, string>>

/** One call for all of them, in the order of asking. */
export async function show(site: Site, ids: readonly string[]): Promise<readonly Properties[]> {
  if (ids.length === 0) return []
  const units = ids.map((id) => unitOf(site, id))
  const {stdout} = await must(site, 'could not read the status', ['show', '-p', PROPERTIES, '--', ...units])
  const blocks = parseShow(stdout)
  // In a rare race a unit is not answered for.
  return units.map((unit) => blocks.find(({Id}) => Id === unit) ?? {Id: unit, LoadState: 'not-found'})
}

/** Pure: `Name=value` lines, a blank one between two units. */
export function parseShow(text: string): readonly Properties[] {
  const block = (lines: string): Properties =>
    Object.fromEntries(
      lines
        .split('\n')
        .filter((line) => line.includes('='))
        .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    )
  return text
    .split('\n\n')
    .filter((lines) => lines.trim() !== '')
    .map((lines) => block(lines))
}
