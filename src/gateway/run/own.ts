import {hasOpen, isAlive, type ProcessIdentity} from '../../host/process.js'
import {readConfig} from '../../profile/config.js'
import {HermesError, storageError} from '../../profile/errors.js'
import {files} from '../../profile/paths.js'
import {acquireLock, probeLock, type GatewayLock, type LockHolder} from '../lock.js'
import {STOP_MARGIN} from '../spec.js'
import {say} from './log.js'
import {pause} from './pause.js'

/** A holder that has not said who it is within this time is none that only looked. Milliseconds. */
const UNKNOWN_FOR = 1000
const POLL = 250

export interface Claim {
  readonly directory: string
  readonly home: string
  readonly profile: string
  readonly self: ProcessIdentity
  readonly supervised: boolean
  readonly stop: AbortSignal
}

export type Verdict = 'evict' | 'refuse' | 'retry' | 'wait'

/**
 * Pure: what to do about whoever holds the lock. `orphan`: the supervisor that started the holder is gone, as after a
 * kill -9 of s6-supervise; its successor started us, and nobody else will ever stop that one. A holder we cannot see
 * (another container) is left alone.
 */
export function judge(
  holder: LockHolder | undefined,
  claim: Pick<Claim, 'home' | 'profile' | 'self' | 'supervised'>,
  seen: {readonly supervisorAlive: boolean; readonly triedToEvict: boolean; readonly waited: number},
): Verdict {
  if (!holder && seen.waited < UNKNOWN_FOR) return 'retry'
  if (!claim.supervised) return 'refuse'
  if (!holder?.supervisor || seen.supervisorAlive || seen.triedToEvict) return 'wait'
  const ours = holder.home === claim.home && holder.profile === claim.profile && holder.bootId === claim.self.bootId
  return ours && holder.pid > 1 && holder.pid !== claim.self.pid ? 'evict' : 'wait'
}

/**
 * The lock of a profile, or undefined when told to stop while waiting for it. A foreground call does not wait: it throws
 * `already-running`. A supervised one stays alive, not ready, and takes over once the holder ends; ending instead would
 * be a crash loop for as long as someone runs the gateway by hand.
 */
export async function own(claim: Claim): Promise<GatewayLock | undefined> {
  const began = Date.now()
  let announced = false
  let evicted = 0
  for (;;) {
    const lock = await take(claim.directory)
    if (lock) return lock
    const {held, holder} = await probeLock(claim.directory)
    const verdict = judge(held ? holder : undefined, claim, {
      supervisorAlive: Boolean(holder?.supervisor && isAlive(holder.supervisor)),
      triedToEvict: evicted === holder?.pid,
      waited: held ? Date.now() - began : 0,
    })
    if (verdict === 'refuse') throw alreadyRunning(claim, holder)
    if (verdict === 'evict') {
      evicted = holder!.pid
      await evict(holder!, claim)
    }

    if (verdict === 'wait' && !announced) {
      announced = true
      say(`${whoRuns(claim, holder)}; waiting until that one ends`)
    }

    if (await pause(verdict === 'wait' ? POLL : 20, claim.stop)) return undefined
  }
}

async function take(directory: string): Promise<GatewayLock | undefined> {
  try {
    return await acquireLock(directory)
  } catch (error) {
    throw storageError(`${files.lock(directory)} cannot be locked, and without it two gateways could run`, error)
  }
}

const whoRuns = ({profile}: Claim, holder: LockHolder | undefined): string =>
  `the gateway of profile ${profile} already runs${holder ? ` (pid ${holder.pid})` : ' (in another container or under another user)'}`

const alreadyRunning = (claim: Claim, holder: LockHolder | undefined): HermesError =>
  new HermesError('already-running', whoRuns(claim, holder), {
    suggestions: [
      `hermes gateway:status -p ${claim.profile}`,
      `Stop it with hermes gateway:stop -p ${claim.profile}, or with Ctrl-C where it runs in the foreground.`,
    ],
  })

/** SIGTERM, its drain time, SIGKILL; each only while it is still that very process and still has the lock file open. */
async function evict(holder: LockHolder, {directory, stop}: Claim): Promise<void> {
  const drain = await readConfig(directory).then(
    (config) => config.gateway.drain_timeout,
    () => 10,
  )
  say(`the gateway with pid ${holder.pid} lost its supervisor (pid ${holder.supervisor!.pid}); taking over from it`)
  const deadline = Date.now() + (drain + STOP_MARGIN) * 1000
  if (!signal(holder, directory, 'SIGTERM')) return
  while (isAlive(holder) && Date.now() < deadline) {
    if (await pause(20, stop)) return
  }

  signal(holder, directory, 'SIGKILL')
}

function signal(holder: LockHolder, directory: string, name: NodeJS.Signals): boolean {
  if (!isAlive(holder) || !hasOpen(holder.pid, files.lock(directory))) return false
  try {
    process.kill(holder.pid, name)
    return true
  } catch {
    return false
  }
}
