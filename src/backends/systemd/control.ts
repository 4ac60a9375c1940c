import {ServiceManagerError, type StopOptions} from '@hermes-cli/service-manager'

import {forgetFailures, trySetEnabled} from './enable.js'
import {ensureLinger} from './linger.js'
import {observe} from './observe.js'
import {unitOf, type Site} from './site.js'
import {must, systemctl, toolFailed} from './systemctl.js'
import {claimOf, ownUnit} from './unit.js'

/** Seconds for a start where the spec says nothing: systemd's own default. */
const START_SECONDS = 90
/** Milliseconds beyond the deadlines of the unit, in which systemd has to act on them. */
const MARGIN = 10_000
/** Milliseconds between two looks. */
const LOOK = 50

/** Up, ready if it can say so, and by default enabled. */
export async function start(site: Site, id: string, {enable = true} = {}): Promise<void> {
  ownUnit(site, id)
  if (enable) {
    const readOnly = trySetEnabled(site, id, true)
    if (readOnly) site.host.warn(`"${id}" does not come back at the next boot or login: ${readOnly}`)
    await ensureLinger(site)
  }

  await bringUp(site, id, 'start')
}

/** A new process, ready; whether it comes back at the next boot stays as it is. */
export const restart = (site: Site, id: string): Promise<void> => bringUp(site, id, 'restart')

async function bringUp(site: Site, id: string, verb: 'restart' | 'start'): Promise<void> {
  const {host} = site
  const what = `could not ${verb} "${id}"`
  const {startSeconds = START_SECONDS, stopSeconds} = ownUnit(site, id).spec
  await forgetFailures(site, [id])
  const deadline = host.now() + (startSeconds + (verb === 'restart' ? stopSeconds : 0)) * 1000
  const result = await systemctl(site, [verb, unitOf(site, id)], (startSeconds + 2 * stopSeconds) * 1000 + MARGIN)
  if (result.exitCode !== 0) {
    const error = toolFailed(site, what, result)
    if (error.code !== 'command-failed') throw error
  }

  const suggestions = [`See what it printed: hermes gateway:logs -p ${id}`]
  for (;;) {
    const status = await observe(site, id)
    if (status.state === 'running') return
    if (status.state === 'absent') ownUnit(site, id)
    if (status.state === 'failed') throw new ServiceManagerError('failed-to-start', `${what}: ${status.because}`, {suggestions})
    if (status.state === 'stopped' || status.state === 'absent') {
      throw new ServiceManagerError('failed-to-start', `${what}: it ended by itself, or was told to end, and is to stay down`, {
        suggestions,
      })
    }

    if (status.state === 'unknown') throw new ServiceManagerError('unavailable', `${what}: ${status.because}`)
    // It is being started once more, after a crash or because it was not ready in time.
    if (host.now() >= deadline) {
      throw new ServiceManagerError('timeout', `${what}: not ready within ${startSeconds} s; systemd tries again`, {suggestions})
    }

    await host.sleep(LOOK)
  }
}

export async function stop(site: Site, id: string, {disable = true}: StopOptions = {}): Promise<void> {
  const {stopSeconds} = ownUnit(site, id).spec
  let readOnly: string | undefined
  try {
    if (disable) readOnly = trySetEnabled(site, id, false)
    await must(site, `could not stop "${id}"`, ['stop', unitOf(site, id)], stopSeconds * 1000 + MARGIN)
  } catch (error) {
    // Somebody else removed it meanwhile, which it did not survive.
    if (claimOf(site, id).is === 'absent') return
    throw error
  }

  const status = await observe(site, id)
  // Down, as was asked for: that it had failed, or had to be killed, is not its state any more.
  if (status.state === 'failed') await forgetFailures(site, [id])
  if (readOnly === undefined) return
  throw new ServiceManagerError('permission', `"${id}" is down, but comes back at the next boot or login: ${readOnly}`, {
    suggestions: ['Disable it where the units come from.'],
  })
}
