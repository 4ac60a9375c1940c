import {join} from 'node:path'

import {isWindows} from '../../host/platform.js'
import {isGroupAlive} from '../../host/process.js'
import {pause} from './pause.js'

const never = new AbortController().signal

/** How long a group may linger after SIGKILL before we stop looking. Milliseconds. */
const AFTER_KILL = 2000

/** Ends a whole process group: SIGTERM, `seconds` to end, SIGKILL. `hurry` cuts the wait short. */
export async function endGroup(group: number, seconds: number, hurry: AbortSignal = never): Promise<'ended' | 'killed'> {
  if (!isGroupAlive(group)) return 'ended'
  if (isWindows) return endTree(group)
  // A stopped program would not hear SIGTERM before it goes on.
  signalGroup(group, 'SIGTERM')
  signalGroup(group, 'SIGCONT')
  if (await emptied(group, seconds * 1000, hurry)) return 'ended'
  signalGroup(group, 'SIGKILL')
  await emptied(group, AFTER_KILL, never)
  return 'killed'
}

/** Windows: no signal that a program without a window could hear, so all below the process is ended at once. */
async function endTree(root: number): Promise<'killed'> {
  const {execFile} = await import('node:child_process')
  await new Promise<void>((resolve) => {
    execFile(
      join(process.env.SystemRoot ?? String.raw`C:\Windows`, 'System32', 'taskkill.exe'),
      ['/T', '/F', '/PID', String(root)],
      {timeout: AFTER_KILL, windowsHide: true},
      () => resolve(),
    )
  })
  await emptied(root, AFTER_KILL, never)
  return 'killed'
}

function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal)
  } catch {
    // Already gone.
  }
}

async function emptied(group: number, milliseconds: number, hurry: AbortSignal): Promise<boolean> {
  const deadline = Date.now() + milliseconds
  for (let round = 0; ; round++) {
    if (!isGroupAlive(group)) return true
    const left = deadline - Date.now()
    if (left <= 0 || (await pause(Math.min(left, round < 50 ? 10 : 50), hurry))) return !isGroupAlive(group)
  }
}
