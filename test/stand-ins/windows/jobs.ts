import {readdirSync, readFileSync} from 'node:fs'

const pids = (): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)

const text = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

interface Process {
  readonly parent: number
  readonly pid: number
  /** Clock ticks since boot. */
  readonly startTime: number
}

function processOf(pid: number): Process | undefined {
  const stat = text(`/proc/${pid}/stat`)
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields.length < 20 || fields[0] === 'Z' || fields[0] === 'X'
    ? undefined
    : {parent: Number(fields[1]), pid, startTime: Number(fields[19])}
}

/** Live processes that were started with this in their environment: what a job object holds together on Windows. */
export const marked = (entry: string): number[] =>
  pids().filter((pid) => text(`/proc/${pid}/environ`).split('\0').includes(entry) && processOf(pid) !== undefined)

/** A process and all below it that live. */
export function tree(root: number): number[] {
  const all = pids().flatMap((pid) => processOf(pid) ?? [])
  const found = all.filter(({pid}) => pid === root).map(({pid}) => pid)
  for (const pid of found) found.push(...all.filter(({parent}) => parent === pid).map((one) => one.pid))
  return found
}

/** When it started, in milliseconds since 1970, or undefined when it does not live. */
export function startedAt(pid: number): number | undefined {
  const found = processOf(pid)
  if (!found) return undefined
  const boot = Number(/^btime (\d+)$/m.exec(text('/proc/stat'))![1])
  return boot * 1000 + found.startTime * 10
}

export function killAll(victims: readonly number[]): void {
  for (const pid of victims) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It was faster.
    }
  }
}
