import {ServiceManagerError} from '@hermes-cli/service-manager'

import {setTimeout as delay} from 'node:timers/promises'

import type {Control} from './control.js'
import {profileDirectory} from '../profile/paths.js'
import {gatewayStatus, type GatewayStatus} from './status.js'

/** Milliseconds between two looks. */
const LOOK = 50
/** Seconds, for a definition that says nothing. */
const START_SECONDS = 60

const undecided = ({ready, state}: GatewayStatus): boolean => state === 'starting' || (state === 'running' && ready === null)

/**
 * The status once a start has come to something. A manager that knows of readiness has waited for it; for another one the
 * gateway's own words are waited for. Throws `failed-to-start` when it ended meanwhile, `timeout` after `startSeconds`.
 */
export async function untilReady({home, manager, specFor}: Control, profile: string): Promise<GatewayStatus> {
  const look = (): Promise<GatewayStatus> => gatewayStatus(profile, profileDirectory(home, profile), manager)
  let status = await look()
  if (!undecided(status)) return status
  const {startSeconds = START_SECONDS} = await specFor(profile)
  const deadline = Date.now() + startSeconds * 1000
  for (; undecided(status); status = await look()) {
    if (Date.now() >= deadline) throw new ServiceManagerError('timeout', `"${profile}" was not ready within ${startSeconds} s`)
    await delay(LOOK)
  }

  if (status.state === 'running' || status.state === 'degraded') return status
  throw new ServiceManagerError('failed-to-start', status.reason ?? `"${profile}" ended instead of coming up: it is ${status.state}`)
}
