import {existsSync, readdirSync, rmSync, watch} from 'node:fs'
import {join} from 'node:path'

/** Milliseconds between two looks for the stop file, where the watch of the directory does not tell. */
const LOOK = 250

/** Calls `onSeen` once there is a file of that name, perhaps more than once. Returns what ends that. */
export function watchFor(directory: string, file: string, onSeen: () => void): () => void {
  const see = () => {
    if (existsSync(file)) onSeen()
  }

  const timer = setInterval(see, LOOK)
  let watcher: ReturnType<typeof watch> | undefined
  try {
    watcher = watch(directory, see)
    watcher.on('error', () => {})
  } catch {
    // The timer is enough.
  }

  return () => {
    clearInterval(timer)
    watcher?.close()
  }
}

/** Waits, but no longer than until `signal`. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      resolve()
    }

    const timer = setTimeout(resolve, milliseconds)
    signal.addEventListener('abort', end, {once: true})
    if (signal.aborted) end()
  })
}

/** Those of earlier attendants mean nothing to anybody. */
export function removeStopFiles(directory: string): void {
  for (const name of readdirSync(directory)) if (name.startsWith('stop.')) rmSync(join(directory, name), {force: true})
}
