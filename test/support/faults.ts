import {execa} from 'execa'
import {spawnSync} from 'node:child_process'

/** System calls by which a change of profiles shows. */
export const CHANGING = ['fsync', 'mkdir', 'rename', 'rmdir', 'unlink'] as const

export type Changing = (typeof CHANGING)[number]

export const straceWorks = (): boolean => spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0

/** One thread for files: strace counts calls per thread. */
const options = {env: {UV_THREADPOOL_SIZE: '1'}, reject: false} as const

export interface Ended {
  readonly stdout: string
  readonly killed: boolean
}

/** Runs a node program with something done to it at the `when`-th call of this kind: `signal=KILL`, `error=EIO`. */
export async function withFault(words: readonly string[], call: Changing, fault: string, when: number): Promise<Ended> {
  const inject = ['-e', `trace=${call}`, '-e', `inject=${call}:${fault}:when=${when}`]
  const result = await execa('strace', ['-f', '-qq', '-o', '/dev/null', ...inject, process.execPath, ...words], options)
  return {killed: result.signal === 'SIGKILL' || result.exitCode === 137, stdout: result.stdout}
}

/** How many calls of each kind the program makes when nothing is done to it. */
export async function countCalls(words: readonly string[]): Promise<Record<Changing, number>> {
  const {stderr} = await execa('strace', ['-f', '-qq', '-e', `trace=${CHANGING.join(',')}`, process.execPath, ...words], options)
  const count = (call: Changing): number => stderr.split('\n').filter((line) => line.includes(`${call}(`)).length
  return Object.fromEntries(CHANGING.map((call) => [call, count(call)])) as Record<Changing, number>
}
