import {ServiceManagerError} from '@hermes-cli/service-manager'

import type {Site} from './site.js'
import {isRefusal, powershell, refused} from './powershell.js'

/** TASK_STATE of the Task Scheduler. */
export const STATE = {disabled: 1, queued: 2, ready: 3, running: 4, unknown: 0} as const

export interface Task {
  readonly name: string
  /** One of STATE. */
  readonly state: number
  /** Exit code of the last run, or an SCHED_S_ code, unsigned. */
  readonly result: number
  /** As the Task Scheduler has it: not byte for byte what was registered. */
  readonly xml: string
}

export interface Look {
  /** Of this user. */
  readonly sid: string
  /** The folder of what is started at a login. */
  readonly startup: string
  readonly tasks: readonly Task[]
}

/** Who we are and what is registered. Throws `unavailable` or `permission`. */
export async function look(site: Site): Promise<Look> {
  const what = 'could not ask the Task Scheduler'
  const answer = await powershell<Record<string, unknown>>(site, what, 'look')
  if (isRefusal(answer)) throw refused(what, answer)
  const {sid, startup, tasks} = answer
  // Not to be taken for "no tasks": then another one would be made.
  if (!Array.isArray(tasks) || typeof sid !== 'string' || typeof startup !== 'string')
    throw new ServiceManagerError('unavailable', `${what}: PowerShell gave an answer that is none`)
  return {sid, startup, tasks: tasks.flatMap((one) => taskFrom(one))}
}

function taskFrom(value: unknown): Task[] {
  const {name, result, state, xml} = (value ?? {}) as Record<string, unknown>
  if (typeof name !== 'string' || typeof xml !== 'string') return []
  return [{name, result: Number(result) >>> 0, state: Number(state), xml}]
}

/**
 * One question for all that ask in the same moment: a fleet's status must not start PowerShell once for each. It is sent
 * after the last of them asked, so that nobody gets an answer from before their question.
 */
export function sharedLook(site: () => Site): () => Promise<Look> {
  let waiting: Promise<Look> | undefined
  return () => {
    waiting ??= new Promise<void>((resolve) => {
      setImmediate(resolve)
    }).then(() => {
      waiting = undefined
      return look(site())
    })
    return waiting
  }
}
