// A test that leaves a process behind has failed.
import {readdirSync, readFileSync, readlinkSync} from 'node:fs'

/** Processes that work in the run's own directory or name it. */
export function leftOver(home) {
  const names = process.platform === 'linux' ? readdirSync('/proc').filter((name) => /^\d+$/.test(name)) : []
  return names.flatMap((pid) => {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
      return words.includes(home) || readlinkSync(`/proc/${pid}/cwd`).startsWith(home) ? [{pid: Number(pid), words}] : []
    } catch {
      return []
    }
  })
}

/** Ends them, and returns what they were. */
export function endLeftOver(home) {
  return leftOver(home).map(({pid, words}) => {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // ended meanwhile
    }

    return `${pid} ${words}`
  })
}
