import {rm} from 'node:fs/promises'

import {readJsonObject, writeJson} from '../../host/files.js'
import {identify, isAlive, type ProcessIdentity} from '../../host/process.js'
import {files} from '../../profile/paths.js'
import {endGroup} from './child.js'
import {say} from './log.js'

/** Notes the running program, so that the next life can end it should this one be killed. Never rejects. */
export async function noteProgram(directory: string, pid: number): Promise<void> {
  const identity = identify(pid)
  if (!identity) return
  const entry = {boot_id: identity.bootId, kind: 'program', pid, start_time: identity.startTime}
  await writeJson(files.processes(directory), {processes: [entry]}).catch(() => {})
}

export const forgetProgram = (directory: string): Promise<void> => rm(files.processes(directory), {force: true}).catch(() => {})

/**
 * Ends what a gateway that was killed left behind: two programs of one profile are worse than none. To be called with
 * the lock held. Only ever the very process that was noted: same boot, same pid, same start time.
 */
export async function endLeftovers(directory: string, seconds: number, hurry: AbortSignal): Promise<void> {
  const read = await readJsonObject(files.processes(directory))
  if (!read.ok) return
  const noted = Array.isArray(read.value.processes) ? (read.value.processes as unknown[]).slice(0, 16) : []
  for (const entry of noted) {
    const identity = identityOf(entry)
    if (!identity || !isAlive(identity)) continue
    say(`a program of an earlier gateway (pid ${identity.pid}) still runs; ending it`)
    await endGroup(identity.pid, seconds, hurry)
  }

  await forgetProgram(directory)
}

function identityOf(entry: unknown): ProcessIdentity | undefined {
  const {boot_id, kind, pid, start_time} = (entry ?? {}) as Record<string, unknown>
  if (kind !== 'program' || typeof boot_id !== 'string' || boot_id === '') return undefined
  if (!Number.isSafeInteger(pid) || (pid as number) <= 1 || pid === process.pid || !Number.isSafeInteger(start_time)) return undefined
  return {bootId: boot_id, pid: pid as number, startTime: start_time as number}
}
