import {ServiceManagerError, waitUntil} from '@hermes-cli/service-manager'

import {accessSync, constants} from 'node:fs'

import {find, get, type ProgramFile} from './files.js'
import type {Site} from './locate.js'
import {isDown, isNew, isUp, look, reread} from './observe.js'
import {render} from './render.js'
import {call, callAll, Fault, FAULTS, tolerate} from './rpc.js'

/** Milliseconds supervisord may take beyond the deadlines it was given: it looks once a second. */
const MARGIN = 10_000
/** Seconds, for a definition that says nothing. */
const START_SECONDS = 60

/** Whether it comes back with supervisord. */
export async function setEnabled(site: Site, file: ProgramFile, enabled: boolean): Promise<void> {
  if (file.enabled !== enabled) await site.host.writeFileAtomic(file.path, render(site, file.name, file.spec, enabled), 0o644)
}

/**
 * supervisord takes up what the file says, where nothing runs from an older one; a program which is down and enabled only
 * to be started. True when it was started.
 *
 * All in one call, between which supervisord does nothing else: it starts what is to start with it in its next round, and
 * even a group that was removed just before that round.
 */
export async function takeUp(site: Site, id: string, {starting}: {readonly starting: boolean}): Promise<boolean> {
  const {enabled, name} = get(site, id)
  const {added, changed} = await reread(site)
  const anew = changed.includes(name) && (starting || !enabled) && isDown(await look(site, name))
  if (!anew && !added.includes(name)) return false
  const answers = await callAll(site, [
    ...(anew ? [['removeProcessGroup', name] as const] : []),
    ['addProcessGroup', name],
    // Not waiting: an answer that is not there at once would let others in between.
    ...(starting ? [['startProcess', name, false] as const] : []),
  ])
  return starting && answers.at(-1) === true
}

/** Up; a process, for of readiness supervisord knows nothing. `begun`: it was started just now. */
export async function up(site: Site, id: string, begun = false): Promise<void> {
  const {name, spec} = get(site, id)
  const failed = (because: string) => new ServiceManagerError('failed-to-start', `"${id}" did not start: ${because}`)
  try {
    accessSync(spec.command[0], constants.X_OK)
  } catch (error) {
    throw failed(`${spec.command[0]} cannot be run (${(error as NodeJS.ErrnoException).code})`)
  }

  const seconds = spec.startSeconds ?? START_SECONDS
  const done = await waitUntil(site.host, seconds * 1000, async () => {
    const info = await look(site, name)
    if (isUp(info)) return true
    if (!isDown(info)) return false
    if (begun && info && !isNew(info)) throw failed(info.spawnerr || 'it ended at once')
    begun = (await takeUp(site, id, {starting: true})) || (await begin(site, name, failed))
    return false
  })
  if (!done) throw new ServiceManagerError('timeout', `"${id}" was not up within ${seconds} s`)
}

/** False when it is not known any more, as when somebody else has it taken up anew. */
async function begin(site: Site, name: string, failed: (because: string) => Error): Promise<boolean> {
  try {
    await call(site, 'startProcess', [name])
    return true
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    if (error.code === FAULTS.BAD_NAME) return false
    if (error.code !== FAULTS.ALREADY_STARTED) throw failed((await look(site, name))?.spawnerr || error.message)
    return true
  }
}

/** Down: supervisord sends SIGTERM, and SIGKILL when the time is over. */
export async function down(site: Site, {name, spec}: ProgramFile): Promise<void> {
  const patience = spec.stopSeconds * 1000 + MARGIN
  const done = await waitUntil(site.host, patience, async () => {
    if (isDown(await look(site, name))) return true
    // Not running: another one stops it already, or it has just ended and is about to be started again.
    await tolerate([FAULTS.BAD_NAME, FAULTS.NOT_RUNNING], call(site, 'stopProcess', [name], patience))
    return false
  })
  if (!done) throw new ServiceManagerError('timeout', `"${spec.id}" has not ended ${patience / 1000} s after it was told to`)
}

/** Of the running configuration, once its file is gone. */
export async function forget(site: Site, file: ProgramFile): Promise<void> {
  for (;;) {
    await down(site, file)
    // Somebody else may have registered it again.
    if (find(site, file.spec.id)) return
    await reread(site)
    if ((await tolerate([FAULTS.STILL_RUNNING], removed(site, file.name))) !== undefined) return
  }
}

const removed = async (site: Site, name: string): Promise<boolean> =>
  (await tolerate([FAULTS.BAD_NAME], call(site, 'removeProcessGroup', [name]))) !== false
