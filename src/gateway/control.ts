import type {CheckedServiceManager, ServiceSpec} from '@hermes-cli/service-manager'

import {isAlive} from '../host/process.js'
import {HermesError} from '../profile/errors.js'
import {profileDirectory} from '../profile/paths.js'
import {writeIntent} from './intent.js'
import {settledLock} from './lock.js'
import {settledStatus} from './settled.js'
import {startFailure} from './start-failure.js'
import type {GatewayStatus} from './status.js'
import {untilReady} from './until-ready.js'

/** What the verbs need; the CLI fills it once. */
export interface Control {
  readonly home: string
  readonly manager: CheckedServiceManager
  /** The definition of one gateway, from its configuration as it is now. */
  readonly specFor: (profile: string) => Promise<ServiceSpec>
  /** Throws `config-invalid` when the configuration cannot be used. */
  readonly checkConfig: (profile: string) => Promise<unknown>
  /** Throws `temporary-home` where the manager would bring back a service whose home is gone. Asked before one is registered. */
  readonly checkHome?: () => Promise<void>
  /** A scope was named: a gateway that another supervisor runs is not meant by `stop` and `uninstall`. */
  readonly named?: boolean
}

export interface VerbResult {
  readonly profile: string
  readonly action:
    | 'already-installed'
    | 'already-running'
    | 'already-stopped'
    | 'already-uninstalled'
    | 'installed'
    | 'restarted'
    | 'started'
    | 'stopped'
    | 'uninstalled'
    | 'updated'
  /** It was not known to the manager before. */
  readonly registered?: boolean
  /** The definition changed while the process ran on: a restart takes it up. */
  readonly restart_due?: boolean
  /** For people, where what was done needs a word. */
  readonly note?: string
  readonly status: GatewayStatus
}

const directoryOf = (control: Control, profile: string): string => profileDirectory(control.home, profile)

/** Make it so and keep it so: registered, enabled, running and ready, or an error that says why with the last log lines. */
export async function start(control: Control, profile: string, by = 'gateway:start'): Promise<VerbResult> {
  const directory = directoryOf(control, profile)
  const before = await settledStatus(control, profile)
  if (before.state === 'foreground') throw await runsElsewhere(profile, directory, before.pid)
  if (before.state !== 'running' && before.state !== 'degraded') await refuseInvisibleHolder(profile, directory)
  if (!before.registered) await control.checkHome?.()
  const began = Date.now()
  await writeIntent(directory, 'running', by)
  const {change, restartDue} = await control.manager.install(await control.specFor(profile), {start: false})
  let status: GatewayStatus
  try {
    await control.manager.start(profile)
    status = await untilReady(control, profile)
  } catch (error) {
    throw await startFailure(control.manager, {began, directory, profile}, error)
  }

  const already = (before.state === 'running' || before.state === 'degraded') && before.pid === status.pid && before.ready !== false
  return {
    action: already ? 'already-running' : 'started',
    profile,
    registered: change === 'created',
    restart_due: restartDue || status.restart_due,
    status,
  }
}

/**
 * A new process under the definition as it is now. No stop marker: if the machine dies meanwhile it was meant to run. A
 * gateway that runs is not ended for a configuration that cannot work.
 */
export async function restart(control: Control, profile: string, by = 'gateway:restart'): Promise<VerbResult> {
  const directory = directoryOf(control, profile)
  const before = await settledStatus(control, profile)
  if (before.state === 'foreground') throw await runsElsewhere(profile, directory, before.pid)
  if (before.pid !== null) await control.checkConfig(profile)
  if (!before.registered) await control.checkHome?.()
  const began = Date.now()
  await writeIntent(directory, 'running', by)
  const {change} = await control.manager.install(await control.specFor(profile), {start: false})
  let status: GatewayStatus
  try {
    await control.manager.restart(profile)
    // A restart keeps a service disabled that was; an operator who restarts wants it up after the next boot too.
    if (before.enabled !== true) await control.manager.start(profile)
    status = await untilReady(control, profile)
  } catch (error) {
    throw await startFailure(control.manager, {began, directory, profile}, error)
  }

  return {
    action: before.pid === null ? 'started' : 'restarted',
    profile,
    registered: change === 'created',
    status,
  }
}

/** Of a gateway that the manager at hand does not run: in a terminal, or in another manager or scope that was not asked. */
export async function runsElsewhere(profile: string, directory: string, pid: number | null): Promise<HermesError> {
  const {supervisor} = (await settledLock(directory)).holder ?? {}
  if (supervisor && isAlive(supervisor)) {
    return new HermesError(
      'already-running',
      `the gateway of "${profile}" already runs under another service manager or scope, as pid ${pid}`,
      {
        suggestions: [`See which: hermes gateway:status ${profile}`, `Remove its service there first: hermes gateway:uninstall ${profile}`],
      },
    )
  }

  return new HermesError('already-running', `the gateway of "${profile}" already runs outside the service manager, as pid ${pid}`, {
    suggestions: [`Stop it first: hermes gateway:stop ${profile}`],
  })
}

/** A lock that is held by a process we cannot see: another container on the same volume. Starting would only wait for it. */
export async function refuseInvisibleHolder(profile: string, directory: string): Promise<void> {
  const {held, holder} = await settledLock(directory)
  if (!held || holder) return
  throw new HermesError(
    'already-running',
    `the gateway of "${profile}" runs in a process that cannot be seen from here, in another container perhaps`,
    {
      suggestions: ['Stop it where it was started; two containers cannot run one profile.'],
    },
  )
}
