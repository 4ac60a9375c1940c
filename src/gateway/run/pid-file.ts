import {rm} from 'node:fs/promises'

import {readJsonObject, writeJson} from '../../host/files.js'
import type {ProcessIdentity} from '../../host/process.js'
import {files} from '../../profile/paths.js'

/** gateway.pid: for people and for tools of the Python project, and worthless after a reboot. The lock tells who is alive. Never rejects. */
export async function writePidFile(directory: string, self: ProcessIdentity, home: string, profile: string): Promise<void> {
  const record = {hermes_home: home, kind: 'hermes-gateway', pid: self.pid, profile, start_time: self.startTime}
  await writeJson(files.pid(directory), record, {durable: false}).catch(() => {})
}

/** Only while it still names this process. */
export async function removePidFile(directory: string, self: ProcessIdentity): Promise<void> {
  const read = await readJsonObject(files.pid(directory))
  if (!read.ok || read.value.pid !== self.pid || read.value.start_time !== self.startTime) return
  await rm(files.pid(directory), {force: true}).catch(() => {})
}
