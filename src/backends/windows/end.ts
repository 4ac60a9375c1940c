import {ServiceManagerError} from '@hermes-cli/service-manager'

import {writeFileSync} from 'node:fs'

import {claimOf, type Ours} from './claim.js'
import {look} from './look.js'
import {isLaunching, sightOf} from './observe.js'
import {isRefusal, powershell} from './powershell.js'
import {schtasks} from './register.js'
import {directoryOf, taskOf, type Site} from './site.js'
import {stopFile, type State} from './state.js'

/** Milliseconds the attendant has beyond the deadline of the program, to end it hard and to say so. */
const MARGIN = 8000
/** Milliseconds in which a launcher has its attendant up, or an attendant that has ended its launcher down. */
const LAUNCHING = 10_000
const LOOK = 30

/** Nothing of it runs: the attendant is asked, the program given its time, and what is left then is ended hard. */
export async function end(site: Site, claim: Ours, seconds: number, what: string): Promise<void> {
  const {host} = site
  let asked: string | undefined
  let deadline = host.now() + LAUNCHING
  for (; host.now() < deadline; await host.sleep(LOOK)) {
    const {attended, state} = await sightOf(site, claim.id)
    if (attended && state && state.token !== asked) {
      asked = state.token
      ask(site, claim.id, state)
      deadline = host.now() + seconds * 1000 + MARGIN
    }

    if (attended) continue
    // Its launcher goes, too, or has just come and is about to run an attendant.
    if (!(await taskRuns(site, claim))) return
    if (asked !== undefined) deadline = Math.min(deadline, host.now() + LAUNCHING)
  }

  await endHard(site, claim, what)
}

async function taskRuns(site: Site, {id, task}: Ours): Promise<boolean> {
  if (!task) return false
  const now = claimOf(site, await look(site), id)
  return now.is === 'ours' && isLaunching(now.task)
}

function ask(site: Site, id: string, state: State): void {
  try {
    writeFileSync(stopFile(directoryOf(site, id), state), '', {flag: 'wx', mode: 0o600})
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

/** `/End` kills without a word; what it does not reach is killed by its pid, if it is still that very process. */
async function endHard(site: Site, claim: Ours, what: string): Promise<void> {
  const {host, tools} = site
  const {state} = await sightOf(site, claim.id)
  if (claim.task) await schtasks(site, '/End', '/TN', taskOf(site, claim.id))
  const pids = state ? await stillThere(site, what, state) : []
  for (const pid of pids) await host.exec(tools.taskkill, ['/T', '/F', '/PID', String(pid)], {timeout: 10_000})
  for (const deadline = host.now() + MARGIN; host.now() < deadline; await host.sleep(LOOK)) {
    const gone = state === undefined || (await stillThere(site, what, state)).length === 0
    if (gone && !(await sightOf(site, claim.id)).attended && !(await taskRuns(site, claim))) return
  }

  throw new ServiceManagerError('timeout', `${what}: it runs on, though it was ended hard`, {
    suggestions: ['See in the Task Manager what node.exe and wscript.exe do, and end them there.'],
  })
}

/** Milliseconds by which two clocks may tell the start of one process. */
const CLOCK = 2000

/** A pid is given away again: only one that started when ours did is ours. */
async function stillThere(site: Site, what: string, {attendant, attendantSince, pid, since}: State): Promise<number[]> {
  const recorded = new Map([[attendant, attendantSince], ...(pid !== undefined && since !== undefined ? [[pid, since] as const] : [])])
  type Answer = {processes?: ReadonlyArray<{pid: number; started: number}>}
  const answer = await powershell<Answer>(site, what, 'started', {HERMES_PIDS: [...recorded.keys()].join(',')})
  const found = isRefusal(answer) ? [] : (answer.processes ?? [])
  return found.filter(({pid: one, started}) => Math.abs(started - (recorded.get(one) ?? Number.NaN)) <= CLOCK).map((one) => one.pid)
}
