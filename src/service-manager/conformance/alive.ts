import {readFileSync} from 'node:fs'

function statOf(pid: number): readonly string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the command in parentheses and may itself hold spaces and parentheses.
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return []
  }
}

/** Clock ticks since boot (/proc/PID/stat field 22), 0 where there is no /proc. */
export const startTimeOf = (pid: number): number => Number(statOf(pid)[19] ?? 0)

/** That process still runs. A zombie does not; another one under the same pid does not, where /proc tells them apart. */
export function isAlive({pid, startTime}: {readonly pid: number; readonly startTime: number}): boolean {
  const stat = statOf(pid)
  if (stat.length > 0) return stat[0] !== 'Z' && stat[0] !== 'X' && (startTime === 0 || Number(stat[19]) === startTime)
  if (startTime !== 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
