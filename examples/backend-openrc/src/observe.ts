import {recordDigest, type Host, type ServiceStatus} from '@hermes-cli/service-manager'
import {readAttendance, reasonFor, type Attendance} from '@hermes-cli/service-manager/attendant'

import {existsSync} from 'node:fs'

import {isEnabled, type Script} from './files.js'
import {attendanceOf, render} from './render.js'

/** As an attendant writes when a process was started: the boot, and the ticks since then (proc(5), field 22 of stat). */
function birth({readText}: Host, pid: number): string | undefined {
  const stat = readText(`/proc/${pid}/stat`)
  const [state, ...fields] = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? []
  return stat === undefined || state === 'Z' ? undefined : `${readText('/proc/sys/kernel/random/boot_id')?.trim()}.${fields[18]}`
}

const lives = (host: Host, {born, pid}: {readonly born: string; readonly pid: number}): boolean => birth(host, pid) === born

/** OpenRC has started it and not stopped it, whatever has become of it. */
export const isStarted = ({name}: Pick<Script, 'name'>): boolean => existsSync(`/run/openrc/started/${name}`)

/** Its attendant lives: the pid, and what it says of itself once it does. */
interface Attended {
  readonly pid: number
  readonly says?: Attendance
}

/** /run is empty after a boot, so that a pid is of this one. */
export function attendedBy(host: Host, {name, spec}: Script): Attended | undefined {
  const pid = Number(host.readText(`/run/${name}.pid`))
  const born = Number.isSafeInteger(pid) && pid > 1 ? birth(host, pid) : undefined
  const says = readAttendance(attendanceOf(spec))
  if (says && lives(host, says.attendant)) return {pid: says.attendant.pid, says}
  return born === undefined || !isStarted({name}) || !isShell(host, pid) ? undefined : {pid}
}

/** Another program may have got the pid of one that was killed. Until it is a shell it is what makes it one. */
const isShell = ({readText}: Host, pid: number): boolean => /^(?:\/bin\/sh\0-c\0|\S*start-stop-daemon\0)/.test(readText(`/proc/${pid}/cmdline`) ?? '')

export function observe(host: Host, script: Script): ServiceStatus {
  const {path, spec, text} = script
  const common = {enabled: isEnabled(script), ...(render(spec) === text ? {} : {drift: `${path} was edited`})}
  const attended = attendedBy(host, script)
  if (!attended) return {...common, ...withoutAttendant(host, script)}
  if (!attended.says) return {...common, state: 'starting'}
  const {definition, program, ready, since = new Date(0), state} = attended.says
  const about = {...common, restartDue: definition !== recordDigest(spec), since}
  if (!program || state === 'pausing') return {...about, state: 'starting'}
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
