import {ServiceManagerError, type ServiceStatus, type StopOptions} from '@hermes-cli/service-manager'

import {claimOf, ownRecord} from './definition.js'
import {setEnabled} from './launchctl.js'
import {bootstrap, unload} from './load.js'
import {exclusively} from './lock.js'
import {observe} from './observe.js'
import type {Site} from './site.js'

/** Seconds for a start where the spec says nothing. */
const START_SECONDS = 90
/** Milliseconds between two looks. */
const LOOK = 50

const isUp = ({state}: ServiceStatus): boolean => state === 'running' || state === 'starting'

/** Up, ready if it can say so, and by default enabled. */
export async function start(site: Site, id: string, {enable = true} = {}): Promise<void> {
  await exclusively(site, id, async () => {
    const {spec} = ownRecord(site, id)
    if (isUp(await observe(site, id))) {
      if (enable) await setEnabled(site, id, true)
      return
    }

    await bringUp(site, id, enable, spec.stopSeconds)
  })
  await untilUp(site, id, 'start')
}

/** A new process, ready; whether it comes back at the next boot stays as it is. */
export async function restart(site: Site, id: string): Promise<void> {
  await exclusively(site, id, async () => {
    const {spec} = ownRecord(site, id)
    const before = await observe(site, id)
    await bringUp(site, id, 'enabled' in before && before.enabled, spec.stopSeconds)
  })
  await untilUp(site, id, 'restart')
}

/** Anew, so that launchd reads the definition of now and an attendant that gave up is forgotten. */
async function bringUp(site: Site, id: string, enable: boolean, stopSeconds: number): Promise<void> {
  await unload(site, id, stopSeconds)
  // launchd loads nothing that is disabled; what it has loaded goes on.
  await setEnabled(site, id, true)
  try {
    await bootstrap(site, id)
  } finally {
    if (!enable) await setEnabled(site, id, false)
  }
}

async function untilUp(site: Site, id: string, verb: string): Promise<void> {
  const {host} = site
  const what = `could not ${verb} "${id}"`
  const {startSeconds = START_SECONDS} = ownRecord(site, id).spec
  const deadline = host.now() + startSeconds * 1000
  const suggestions = [`See what it printed: hermes gateway:logs -p ${id}`]
  for (;;) {
    const status = await observe(site, id)
    if (status.state === 'running') return
    if (status.state === 'failed') throw new ServiceManagerError('failed-to-start', `${what}: ${status.because}`, {suggestions})
    if (status.state === 'unknown') throw new ServiceManagerError('unavailable', `${what}: ${status.because}`)
    if (!isUp(status)) {
      throw new ServiceManagerError('failed-to-start', `${what}: it ended by itself, or was told to end, and is to stay down`, {
        suggestions,
      })
    }

    if (host.now() >= deadline) {
      throw new ServiceManagerError('timeout', `${what}: not ready within ${startSeconds} s; it is not ended for that`, {suggestions})
    }

    await host.sleep(LOOK)
  }
}

export const stop = (site: Site, id: string, options?: StopOptions): Promise<void> =>
  exclusively(site, id, () => bringDown(site, id, options))

/** For who has the lock. */
export async function bringDown(site: Site, id: string, {disable = true}: StopOptions = {}): Promise<void> {
  const {stopSeconds} = ownRecord(site, id).spec
  try {
    if (disable) await setEnabled(site, id, false)
    await unload(site, id, stopSeconds)
  } catch (error) {
    // Somebody else removed it meanwhile, which it did not survive.
    if (claimOf(site, id).is !== 'absent') throw error
  }
}
