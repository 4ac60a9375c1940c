import {readJsonObject} from '../host/files.js'
import {isAlive, type ProcessIdentity} from '../host/process.js'
import {files} from '../profile/paths.js'

/**
 * Programs that processes.json names and that still run: each the very process that was noted, by boot, pid and start
 * time. What the Python project or a hostile hand wrote there names none. Never throws.
 */
export async function livePrograms(directory: string): Promise<ProcessIdentity[]> {
  const read = await readJsonObject(files.processes(directory))
  if (!read.ok || !Array.isArray(read.value.processes)) return []
  const noted = (read.value.processes as unknown[]).slice(0, 16).map((entry) => identityOf(entry))
  return noted.filter((identity): identity is ProcessIdentity => identity !== undefined && isAlive(identity))
}

function identityOf(entry: unknown): ProcessIdentity | undefined {
  const {boot_id, kind, pid, start_time} = (entry ?? {}) as Record<string, unknown>
  if (kind !== 'program' || typeof boot_id !== 'string' || boot_id === '') return undefined
  if (!Number.isSafeInteger(pid) || (pid as number) <= 1 || pid === process.pid || !Number.isSafeInteger(start_time)) return undefined
  return {bootId: boot_id, pid: pid as number, startTime: start_time as number}
}
