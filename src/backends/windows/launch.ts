import {ServiceManagerError} from '@hermes-cli/service-manager'

import {join} from 'node:path'

import {claimOf, type Ours} from './claim.js'
import {FILES} from './files.js'
import {look} from './look.js'
import {isLaunching, sightOf} from './observe.js'
import {schtasks, schtasksFailed} from './register.js'
import {directoryOf, FOLDER, nameOf, taskOf, type Site} from './site.js'

/** How often `/Run` is said: under IgnoreNew one that comes while an instance still ends is dropped without a word (event 322). */
const TRIES = 4
/** Milliseconds after which the Task Scheduler is asked whether it runs at all, and in which an attendant must be there. */
const ASK = 2000
const PATIENCE = 30_000
const LOOK = 40

/** Has an attendant at work, and gives the token of it. One that is there is left alone. */
export async function launch(site: Site, claim: Ours, what: string): Promise<string> {
  const before = await sightOf(site, claim.id)
  if (before.attended && before.state && before.state.phase !== 'failed' && before.state.phase !== 'stopped') return before.state.token
  const old = before.state?.token
  for (let tries = 0; tries < TRIES; tries++) {
    if (claim.task) {
      await untilIdle(site, claim.id, what)
      const result = await schtasks(site, '/Run', '/TN', taskOf(site, claim.id))
      if (result.exitCode !== 0) throw schtasksFailed(what, result)
    } else await launchOurselves(site, claim.id)

    const token = await newAttendant(site, claim, old)
    if (token !== undefined) return token
  }

  throw new ServiceManagerError('timeout', `${what}: the Task Scheduler was told ${TRIES} times, and nothing runs`, {
    suggestions: [`See the history of the task ${FOLDER}\\${nameOf(site, claim.id)} in taskschd.msc.`],
  })
}

/** Waits for it; undefined once the Task Scheduler says that nothing runs. */
async function newAttendant(site: Site, {id, task}: Ours, old: string | undefined): Promise<string | undefined> {
  const {host} = site
  const deadline = host.now() + PATIENCE
  for (let ask = host.now() + ASK; host.now() < deadline;) {
    const {state} = await sightOf(site, id)
    if (state && state.token !== old) return state.token
    if (task && host.now() >= ask) {
      const claim = claimOf(site, await look(site), id)
      const running = claim.is === 'ours' && isLaunching(claim.task)
      const {state: now} = await sightOf(site, id)
      if (now && now.token !== old) return now.token
      if (!running) return undefined
      ask = host.now() + ASK
    }

    await host.sleep(LOOK)
  }

  return undefined
}

/** Nothing of it runs, so that a `/Run` counts. A launcher that is left over is ended. */
async function untilIdle(site: Site, id: string, what: string): Promise<void> {
  const {host} = site
  const deadline = host.now() + PATIENCE
  for (let ended = false; ; await host.sleep(LOOK)) {
    const claim = claimOf(site, await look(site), id)
    if (claim.is !== 'ours' || !isLaunching(claim.task)) return
    if (!ended && host.now() >= deadline - PATIENCE / 2) {
      ended = true
      await schtasks(site, '/End', '/TN', taskOf(site, id))
    }

    if (host.now() >= deadline) throw new ServiceManagerError('timeout', `${what}: the Task Scheduler does not end what ran before`)
  }
}

/** What programs of a user's session have; nothing of whoever typed the command beyond that. */
const SESSION =
  /^(?:ALLUSERSPROFILE|APPDATA|CommonProgram.*|COMPUTERNAME|ComSpec|DriverData|HOMEDRIVE|HOMEPATH|LOCALAPPDATA|LOGONSERVER|NUMBER_OF_PROCESSORS|OS|PATH|PATHEXT|PROCESSOR_.*|ProgramData|ProgramFiles.*|ProgramW6432|PUBLIC|SystemDrive|SystemRoot|TEMP|TMP|USERDOMAIN.*|USERNAME|USERPROFILE|windir)$/i

async function launchOurselves(site: Site, id: string): Promise<void> {
  const {environment, spawnDetached} = site.host
  const directory = directoryOf(site, id)
  const session = Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined && SESSION.test(entry[0]))
  const args = ['//B', '//Nologo', '//E:JScript', join(directory, FILES.launcher)]
  await spawnDetached(site.tools.wscript, args, {cwd: directory, environment: Object.fromEntries(session)})
}
