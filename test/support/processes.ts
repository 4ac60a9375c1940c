import {readdirSync, readFileSync} from 'node:fs'

import {until} from './wait.js'

function stat(pid: number): {parent: number; state: string} | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const [state, parent] = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return {parent: Number(parent), state: state!}
  } catch {
    return undefined
  }
}

/** It is there and no zombie. */
export const alive = (pid: number): boolean => {
  const found = stat(pid)
  return found !== undefined && found.state !== 'Z' && found.state !== 'X'
}

/** A process and all that descend from it, the ancestor first. */
export function familyOf(ancestor: number): number[] {
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc')) {
    const pid = Number(name)
    const found = Number.isInteger(pid) ? stat(pid) : undefined
    if (found) parents.set(pid, found.parent)
  }

  const members = alive(ancestor) ? [ancestor] : []
  for (const member of members) for (const [pid, parent] of parents) if (parent === member) members.push(pid)
  return members
}

/** SIGKILL to each, and waits until all are gone. */
export async function killAll(pids: readonly number[]): Promise<void> {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // ended meanwhile
    }
  }

  await until('all are gone', () => !pids.some((pid) => alive(pid)))
}
