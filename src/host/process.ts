import {readdirSync, readFileSync, readlinkSync, realpathSync} from 'node:fs'

import {isLinux, isWindows} from './platform.js'
import {startTimesOnWindows} from './process-windows.js'

/** What tells one process from every other, also after its pid was given away again. */
export interface ProcessIdentity {
  readonly pid: number
  /** Start time: clock ticks since boot on Linux (/proc/PID/stat field 22), milliseconds since 1970 on Windows, 0 where it is not known. */
  readonly startTime: number
  /** The kernel's boot id on Linux, '' elsewhere. Pids and start times only mean something within one boot. */
  readonly bootId: string
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

export const bootId = (): string => readOrEmpty('/proc/sys/kernel/random/boot_id').trim()

/** As /proc names it; null where there are none. Processes of another one cannot be seen from here. */
export const pidNamespace = (): string | null => linkOf('/proc/self/ns/pid') ?? null

interface Stat {
  readonly group: number
  readonly parent: number
  readonly startTime: number
  readonly state: string
}

function processStat(pid: number): Stat | undefined {
  const text = readOrEmpty(`/proc/${pid}/stat`)
  // The second field is the command in parentheses and may itself hold spaces and parentheses.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  if (fields.length < 20) return undefined
  return {group: Number(fields[2]), parent: Number(fields[1]), startTime: Number(fields[19]), state: fields[0]!}
}

/** The identity of a live process, or undefined when there is none under this pid. Zombies count as dead. */
export function identify(pid: number): ProcessIdentity | undefined {
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined
  if (isLinux) {
    const stat = processStat(pid)
    if (!stat || stat.state === 'Z' || stat.state === 'X') return undefined
    return {bootId: bootId(), pid, startTime: stat.startTime}
  }

  if (!exists(pid)) return undefined
  return {bootId: '', pid, startTime: isWindows ? startTimesOnWindows.of(pid) : 0}
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Milliseconds: on Windows a process knows its own start only as well as its clock. */
const CLOCK = isWindows ? 2000 : 0

const isSameStart = (one: number, other: number): boolean => Math.abs(one - other) <= CLOCK

/** That very process is still there: same boot, same pid, same start. */
export function isAlive(identity: ProcessIdentity): boolean {
  const now = identify(identity.pid)
  return now !== undefined && isSameStart(now.startTime, identity.startTime) && now.bootId === identity.bootId
}

/** Someone of this process group lives. Zombies that nobody reaps count as dead. */
export function isGroupAlive(group: number): boolean {
  if (isWindows) return exists(group)
  try {
    process.kill(-group, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }

  if (!isLinux || identify(group)) return true
  return readdirSync('/proc').some((name) => {
    const stat = /^\d+$/.test(name) ? processStat(Number(name)) : undefined
    return stat?.group === group && stat.state !== 'Z' && stat.state !== 'X'
  })
}

/** That process has this file open. Where /proc does not tell, it is taken to have. */
export function hasOpen(pid: number, path: string): boolean {
  if (!isLinux) return true
  try {
    const real = realpathSync(path)
    return readdirSync(`/proc/${pid}/fd`).some((fd) => linkOf(`/proc/${pid}/fd/${fd}`) === real)
  } catch {
    return false
  }
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}

/** Identity of the parent of this very process. */
export const identifyParent = (): ProcessIdentity | undefined => identify(process.ppid)
