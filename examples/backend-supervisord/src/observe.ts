import type {Host, ServiceStatus} from '@hermes-cli/service-manager'

import type {ProgramFile} from './files.js'
import type {Site} from './locate.js'
import {render} from './render.js'
import {call, FAULTS, tolerate} from './rpc.js'

/** supervisor.states.ProcessStates */
const STATES = {STOPPED: 0, STARTING: 10, RUNNING: 20, BACKOFF: 30, STOPPING: 40, EXITED: 100, FATAL: 200} as const

/** What supervisord says of a program, as far as it is used here. */
interface Info {
  readonly exitstatus: number
  readonly pid: number
  readonly spawnerr: string
  /** Seconds since the epoch. */
  readonly start: number
  readonly state: number
  readonly stdout_logfile: string
}

/** Undefined for a program it does not know. */
export const look = async (site: Site, name: string): Promise<Info | undefined> =>
  (await tolerate([FAULTS.BAD_NAME], call(site, 'getProcessInfo', [name]))) as unknown as Info | undefined

/** Nothing of it runs, and supervisord will not start it by itself: what ended with another code than 0 it does start. */
export const isDown = (info: Info | undefined): boolean =>
  !info || info.state === STATES.STOPPED || info.state === STATES.FATAL || (info.state === STATES.EXITED && info.exitstatus === 0)

/** It was not started since supervisord took it up. */
export const isNew = (info: Info | undefined): boolean => info?.state === STATES.STOPPED && info.start === 0

export const isUp = (info: Info | undefined): boolean => info?.state === STATES.RUNNING

/** Names of groups in the files that supervisord does not have, and of those it has otherwise. Throws Fault CANT_REREAD. */
export async function reread(site: Site): Promise<{added: readonly string[]; changed: readonly string[]}> {
  const [[added, changed]] = (await call(site, 'reloadConfig')) as [[string[], string[]]]
  return {added, changed}
}

export async function observe(site: Site, file: ProgramFile): Promise<ServiceStatus> {
  const info = await look(site, file.name)
  const {enabled, spec} = file
  const edited = render(site, file.name, spec, enabled) !== file.text
  const about = {enabled, ...(edited ? {drift: `${file.path} was edited`} : {})}
  if (!info || isDown(info))
    return info?.state === STATES.FATAL ? {...about, because: info.spawnerr, state: 'failed'} : {...about, state: 'stopped'}
  if (info.state === STATES.STARTING || info.state === STATES.BACKOFF || info.state === STATES.EXITED) return {...about, state: 'starting'}
  if (info.pid === 0) return {because: `supervisord says that it is in state ${info.state}, without a process`, state: 'unknown'}
  const restartDue = await isRestartDue(site, file.name)
  return {...about, pid: info.pid, ready: null, restartDue, since: sinceOf(site.host, info), state: 'running'}
}

/** It has a process of an older definition than its file. */
export async function isRestartDue(site: Site, name: string): Promise<boolean> {
  const reread_ = await reread(site)
  return reread_.changed.includes(name)
}

/** supervisord says whole seconds. The kernel says hundredths since the boot (proc(5): field 22 of stat, and btime). */
function sinceOf({readText}: Host, {pid, start}: Info): Date {
  const stat = readText(`/proc/${pid}/stat`)
  const ticks = Number(stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19])
  const booted = Number(/^btime (\d+)$/m.exec(readText('/proc/stat') ?? '')?.[1])
  return new Date(Number.isFinite(ticks + booted) ? booted * 1000 + ticks * 10 : start * 1000)
}
