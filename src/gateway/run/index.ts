import {exists, ensureDirectory, readJsonObject} from '../../host/files.js'
import {bootId, identify, identifyParent, type ProcessIdentity} from '../../host/process.js'
import {readConfig, type CompileConfig} from '../../profile/config.js'
import {HermesError, storageError} from '../../profile/errors.js'
import {checkName, DEFAULT_PROFILE} from '../../profile/name.js'
import {files, profileDirectory} from '../../profile/paths.js'
import type {LockHolder} from '../lock.js'
import {isPlannedFor, takePlannedStop} from '../planned-stop.js'
import {readState, type GatewayState} from '../state.js'
import {failuresAfter, failuresBefore} from './back-off.js'
import {outcomeOf, translated, type Ending} from './ending.js'
import type {Variables} from './environment.js'
import {endLeftovers} from './leftovers.js'
import type {Life} from './life.js'
import {live} from './live.js'
import {say} from './log.js'
import {own} from './own.js'
import {removePidFile, writePidFile} from './pid-file.js'
import {keepRecord} from './record.js'
import {listenForSignals, type Signals} from './signals.js'

export interface RunOptions {
  /** HERMES_HOME, absolute. */
  readonly home: string
  readonly profile: string
  /** Of this process; the program's is made from it. */
  readonly environment: Variables
  /** Called by a service manager: waits for the lock instead of refusing, and says when it is ready. */
  readonly supervised: boolean
  /** When the caller took them over already. */
  readonly signals?: Signals
}

interface Place extends RunOptions {
  readonly directory: string
  readonly self: ProcessIdentity
  readonly signals: Signals
}

/**
 * The gateway, from the lock to the exit code (see ending.ts). Throws HermesError only before it owns the profile:
 * `invalid-name`, `profile-not-found`, `already-running` (foreground only), `permission` or `storage` for the lock file.
 * Everything later is a line on stderr, gateway_state.json and an exit code.
 */
export async function runGateway(options: RunOptions): Promise<number> {
  const signals = options.signals ?? listenForSignals(!options.supervised)
  try {
    const directory = await existingProfile(options)
    const self = identify(process.pid) ?? {bootId: bootId(), pid: process.pid, startTime: 0}
    const place: Place = {...options, directory, self, signals}
    const lock = await own({...place, stop: signals.stop})
    if (!lock) return await endedWaiting(place)
    try {
      const supervisor = options.supervised ? identifyParent() : undefined
      const holder: LockHolder = {...self, home: options.home, profile: options.profile, ...(supervisor ? {supervisor} : {})}
      await lock.describe(holder).catch((error: Error) => say(`warning: gateway.lock could not be described (${error.message}); going on`))
      return await asGateway(place)
    } finally {
      await lock.release()
    }
  } finally {
    signals.close()
  }
}

async function existingProfile({home, profile}: RunOptions): Promise<string> {
  checkName(profile)
  const directory = profileDirectory(home, profile)
  try {
    if (profile === DEFAULT_PROFILE) await ensureDirectory(home)
    else if (!(await exists(files.soul(directory)))) {
      throw new HermesError('profile-not-found', `there is no profile ${profile} in ${home}: ${files.soul(directory)} is missing`, {
        suggestions: [`Create it with \`hermes profile create ${profile}\`.`],
      })
    }
  } catch (error) {
    throw storageError(`profile ${profile} cannot be opened`, error)
  }

  return directory
}

/**
 * Told to end before it was the gateway: the same codes, but nothing is written, for the files are the holder's. So is
 * a marker that does not name us.
 */
async function endedWaiting({directory, self, signals}: Place): Promise<number> {
  const signal = signals.received() ?? 'SIGTERM'
  const marker = await readJsonObject(files.plannedStop(directory))
  const named = signal === 'SIGTERM' && marker.ok && isPlannedFor(marker.value, self, new Date())
  const planned = signal === 'SIGINT' || (named && (await takePlannedStop(directory, self)))
  return outcomeOf({kind: 'signal', planned, signal}).exitCode
}

/** With the lock held: one life, recorded from its first to its last word. */
async function asGateway(place: Place): Promise<number> {
  const {directory, home, profile, self} = place
  const {value: prior, warning} = await readState(directory)
  if (warning) say(`warning: ${warning}`)
  const failures = await priorFailures(directory, prior, self)
  // Homes of the Python project keep the operator's intent in this file; it is not ours to lose.
  const record = keepRecord(directory, self, {desired_state: prior?.desired_state, failures, hermes_home: home})
  record.set('starting')
  await writePidFile(directory, self, home, profile)
  const ready: Life['ready'] = {}
  const ending = await oneLife({...place, failures, lastReason: prior?.exit_reason, ready, record})
  const readyFor = ready.at === undefined ? undefined : (process.uptime() - ready.at) * 1000
  const failed = failuresAfter(failures, ending, readyFor)
  const direct = outcomeOf(ending)
  const outcome = place.environment.HERMES_EXIT_CODES === 'translate' ? translated(direct, failed) : direct
  say(`gateway of profile ${profile} ends with ${direct.exitCode}: ${outcome.reason}`)
  await removePidFile(directory, self)
  record.set(outcome.state, {
    child_pid: undefined,
    // Of the table, not of the translation: that is what happened.
    exit_code: direct.exitCode,
    exit_reason: outcome.reason,
    failures: failed,
  })
  await record.written()
  return outcome.exitCode
}

async function priorFailures(directory: string, prior: GatewayState | undefined, self: ProcessIdentity): Promise<number> {
  const intent = await readJsonObject(files.intent(directory))
  const intentAt = intent.ok && typeof intent.value.updated_at === 'string' ? intent.value.updated_at : undefined
  return failuresBefore(prior, {bootId: self.bootId, bootedAt: identify(1)?.startTime ?? 0, intentAt, now: new Date()})
}

async function oneLife(given: Omit<Life, 'config' | 'port'>): Promise<Ending> {
  const {directory, profile, record, signals} = given
  try {
    const config = await settled(readConfig(directory, compile))
    const known = config instanceof Error ? undefined : config
    await endLeftovers(directory, known?.gateway.drain_timeout ?? 10, signals.hurry)
    if (!known) throw config
    const port = known.port ?? (await import('../../profile/port.js')).preferredPort(profile)
    record.set('starting', {port})
    return await live({...given, config: known, port})
  } catch (error) {
    const because = (error as Error).message
    return {because, kind: error instanceof HermesError && error.code === 'config-invalid' ? 'config' : 'failed'}
  }
}

const compile: CompileConfig = async (text) => (await import('./compile.js')).compileInChild(text)

const settled = <T>(work: Promise<T>): Promise<Error | T> => work.catch((error: unknown) => error as Error)
