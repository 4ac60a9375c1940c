import {recordDigest, type Host, type ServiceStatus} from '@hermes-cli/service-manager'
import {readAttendance, reasonFor, type Attendance} from '@hermes-cli/service-manager/attendant'

import {existsSync, statSync} from 'node:fs'

import {isEnabled, type Script} from './files.js'
import {attendanceOf, render} from './render.js'

/** proc(5), field 22 of stat: clock ticks since the boot. */
function processOf(readText: Host['readText'], pid: number): {readonly isAlive: boolean; readonly ticks: number} {
  const stat = readText(`/proc/${pid}/stat`) ?? ''
  const [state = '', ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return {isAlive: stat !== '' && state !== 'Z', ticks: Number(fields[18])}
}

/** As an attendant writes when a process was started: the boot, and the ticks since then. */
function lives({readText}: Host, {born, pid}: {readonly born: string; readonly pid: number}): boolean {
  const {isAlive, ticks} = processOf(readText, pid)
  return isAlive && born === `${readText('/proc/sys/kernel/random/boot_id')?.trim()}.${ticks}`
}

/** OpenRC has started it and not stopped it, whatever has become of it. */
export const isStarted = ({name}: Pick<Script, 'name'>): boolean => existsSync(`/run/openrc/started/${name}`)

/** Its attendant lives: the pid, and what it says of itself once it does. */
interface Attended {
  readonly pid: number
  readonly says?: Attendance
}

export function attendedBy(host: Host, script: Script): Attended | undefined {
  const says = readAttendance(attendanceOf(script.spec))
  if (says && lives(host, says.attendant)) return {pid: says.attendant.pid, says}
  const pid = startedPid(host, script)
  return pid === undefined ? undefined : {pid}
}

/** What OpenRC has started and has not said anything yet. Who has got the pid of one that was killed began later than its file. */
function startedPid({readText}: Host, {name}: Script): number | undefined {
  const path = `/run/${name}.pid`
  const written = statSync(path, {throwIfNoEntry: false})?.mtimeMs
  const pid = Number(readText(path))
  if (written === undefined || !Number.isSafeInteger(pid) || pid < 2) return undefined
  const {isAlive, ticks} = processOf(readText, pid)
  return isAlive && timeOf(readText, ticks) < written + 1000 ? pid : undefined
}

/** Milliseconds since the epoch: the boot in whole seconds, and ticks of ten milliseconds since then (proc(5)). */
const timeOf = (readText: Host['readText'], ticks: number): number =>
  Number(/^btime (\d+)$/m.exec(readText('/proc/stat') ?? '')?.[1]) * 1000 + ticks * 10

export function observe(host: Host, script: Script): ServiceStatus {
  const {path, spec, text} = script
  const common = {enabled: isEnabled(script), ...(render(spec) === text ? {} : {drift: `${path} was edited`})}
  const attended = attendedBy(host, script)
  if (!attended) return {...common, ...withoutAttendant(host, script)}
  if (!attended.says) return {...common, state: 'starting'}
  const {definition, program, ready, state} = attended.says
  const due = {...common, restartDue: definition !== recordDigest(spec)}
  if (!program || state === 'pausing') return {...due, state: 'starting'}
  // The attendant tells whole seconds, in which there may be two lives.
  const about = {...due, since: new Date(timeOf(host.readText, Number(program.born.split('.').at(-1))))}
  if (spec.readiness === 'fd' && !ready && state !== 'stopping') return {...about, pid: program.pid, state: 'starting'}
  return {...about, pid: program.pid, ready: spec.readiness === 'fd' ? ready : null, state: 'running'}
}

type Down = {readonly state: 'failed'; readonly because: string; readonly exitCode?: number} | {readonly state: 'stopped'}

function withoutAttendant(host: Host, script: Script): Down {
  const last = readAttendance(attendanceOf(script.spec))
  const {exitCode, program} = last ?? {}
  const because = isStarted(script) && last ? reasonFor(last) : undefined
  if (because !== undefined) return {because, state: 'failed', ...(exitCode === undefined ? {} : {exitCode})}
  if (program && lives(host, program)) return {because: `its attendant was killed, and left process ${program.pid} behind`, state: 'failed'}
  return {state: 'stopped'}
}
