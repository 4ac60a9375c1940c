import {ServiceManagerError, type StopOptions} from '@hermes-cli/service-manager'

import {join} from 'node:path'

import {ours, type Ours} from './claim.js'
import {end} from './end.js'
import {look} from './look.js'
import {alone} from './mutex.js'
import {launch} from './launch.js'
import {driftIn, sightOf} from './observe.js'
import {setEnabled} from './register.js'
import {directoryOf, type Site} from './site.js'
import {writeState, type State} from './state.js'

/** Seconds for a start where the spec says nothing. */
const START_SECONDS = 60
/** Milliseconds between two looks. */
const LOOK = 50
/** Milliseconds for which another verb on the same service may hold us up: a stop takes as long as a gateway drains. */
const PATIENCE = 600_000

/** One verb at a time on one service. Throws `timeout`. */
export async function exclusively<T>(site: Site, id: string, what: string, work: () => Promise<T>): Promise<T> {
  const done = await alone(join(directoryOf(site, id), 'verb'), PATIENCE, work)
  if (done) return done.value
  throw new ServiceManagerError('timeout', `${what}: another hermes is at work on it`)
}

const stopSeconds = ({definition}: Ours): number => definition?.spec.stopSeconds ?? 10

/** Up, and by default enabled. */
export async function start(site: Site, id: string, {enable = true} = {}): Promise<void> {
  const what = `could not start "${id}"`
  const token = await exclusively(site, id, what, async () => {
    const seen = await look(site)
    const claim = ours(site, seen, id)
    const wanted = enable || claim.enabled
    if (wanted !== claim.enabled || driftIn(site, seen, claim)) await setEnabled(site, seen, claim, wanted)
    return launch(site, claim, what)
  })
  await up(site, id, what, token)
}

/** A new process; whether it comes back at the next login stays as it is. */
export async function restart(site: Site, id: string): Promise<void> {
  const what = `could not restart "${id}"`
  const token = await exclusively(site, id, what, async () => {
    const seen = await look(site)
    const claim = ours(site, seen, id)
    await end(site, claim, stopSeconds(claim), what)
    if (driftIn(site, seen, claim)) await setEnabled(site, seen, claim, claim.enabled)
    return launch(site, claim, what)
  })
  await up(site, id, what, token)
}

/** Waits until the attendant with this token says that the program is up. */
async function up(site: Site, id: string, what: string, token: string): Promise<void> {
  const {host} = site
  const seconds = ours(site, await look(site), id).definition?.spec.startSeconds ?? START_SECONDS
  const deadline = host.now() + seconds * 1000
  const suggestions = [`See what it printed: hermes gateway:logs -p ${id}`]
  for (;;) {
    const {attended, state} = await sightOf(site, id)
    const ended = whyNot(state, token, attended)
    if (ended === undefined && state?.phase === 'running') return
    if (ended !== undefined) throw new ServiceManagerError('failed-to-start', `${what}: ${ended}`, {suggestions})
    if (host.now() >= deadline) {
      const why = state?.because ? `: ${state.because}` : ''
      throw new ServiceManagerError('timeout', `${what}: not up within ${seconds} s${why}; it is tried again`, {suggestions})
    }

    await host.sleep(LOOK)
  }
}

function whyNot(state: State | undefined, token: string, attended: boolean): string | undefined {
  if (state?.token !== token) return undefined
  if (state.phase === 'failed') return state.because ?? 'it failed'
  if (state.phase === 'stopped') return 'it ended by itself, or was told to end, and is to stay down'
  return attended ? undefined : 'what attends to it was ended'
}

export async function stop(site: Site, id: string, {disable = true}: StopOptions = {}): Promise<void> {
  const what = `could not stop "${id}"`
  await exclusively(site, id, what, async () => {
    const seen = await look(site)
    const claim = ours(site, seen, id)
    if (disable && claim.enabled) await setEnabled(site, seen, claim, false)
    await end(site, claim, stopSeconds(claim), what)
    forgetFailure(site, id, (await sightOf(site, id)).state)
  })
}

/** Down, as was asked for: that it had failed is not its state any more. */
function forgetFailure(site: Site, id: string, state: State | undefined): void {
  if (!state || state.phase === 'stopped') return
  const {attendant, attendantSince, definition, token} = state
  writeState(directoryOf(site, id), {attendant, attendantSince, definition, phase: 'stopped', token})
}
