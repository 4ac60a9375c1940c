import {rm} from 'node:fs/promises'

import {writeJson} from '../../host/files.js'
import {identify} from '../../host/process.js'
import {files} from '../../profile/paths.js'
import {livePrograms} from '../programs.js'
import {endGroup} from './group.js'
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
  for (const {pid} of await livePrograms(directory)) {
    say(`a program of an earlier gateway (pid ${pid}) still runs; ending it`)
    await endGroup(pid, seconds, hurry)
  }

  await forgetProgram(directory)
}
