import {isServiceManagerError, type ServiceManager} from '@hermes-cli/service-manager'

import {HermesError} from '../profile/errors.js'
import {readState} from './state.js'

/** As many as one uncaught error of Node prints, with what it says at its beginning. */
const LAST_LINES = 20

export interface Attempt {
  readonly profile: string
  readonly directory: string
  /** Milliseconds since the epoch. */
  readonly began: number
}

/** Why a start did not succeed: the gateway's own reason first, then the manager's, then the last log lines. */
export async function startFailure(
  manager: Pick<ServiceManager, 'logs'>,
  {began, directory, profile}: Attempt,
  error: unknown,
): Promise<unknown> {
  if (!isServiceManagerError(error) || !['failed-to-start', 'timeout'].includes(error.code)) return error
  const {value: last} = await readState(directory)
  // What an earlier life left says nothing about this attempt.
  const state = last && Date.parse(last.updated_at ?? '') >= began ? last : undefined
  const never = state?.gateway_state === 'startup_failed'
  const because = state?.exit_reason && state.gateway_state !== 'running' ? state.exit_reason : error.message
  const lines = await lastLines(manager, profile)
  const shown = lines.length > 0 ? `\nIts last log lines:\n${lines.map((line) => `  ${line}`).join('\n')}` : ''
  const code = never ? 'config-invalid' : error.code === 'timeout' ? 'start-timeout' : 'start-failed'
  return new HermesError(code, `the gateway of "${profile}" did not start: ${because}${shown}`, {
    cause: error,
    suggestions: [
      ...(never ? [`Mend its configuration, then: hermes gateway:start ${profile}`] : []),
      `Read more of its log: hermes gateway:logs ${profile} -n 100`,
    ],
  })
}

async function lastLines(manager: Pick<ServiceManager, 'logs'>, profile: string): Promise<string[]> {
  const lines: string[] = []
  try {
    for await (const line of manager.logs?.(profile, {follow: false, lines: LAST_LINES}) ?? []) lines.push(line)
  } catch {
    // A log that cannot be read must not hide the reason.
  }

  return ofLastLife(lines)
}

/** Pure: without the lines up to the end of an earlier life, as the gateway itself marks it. */
export function ofLastLife(lines: readonly string[]): string[] {
  const ends = lines.slice(0, -1).findLastIndex((line) => / {2}hermes: gateway of profile \S+ ends with \d+: /.test(line))
  return lines.slice(ends + 1)
}
