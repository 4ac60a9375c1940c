import {existsSync, watch} from 'node:fs'
import {dirname, isAbsolute} from 'node:path'

import {say} from './log.js'

/** Milliseconds between two looks, where the watch of its directory does not tell. */
const LOOK = 500

/**
 * HERMES_STOP_FILE: what a supervisor uses that has no signal to send. Once there is a file of that name, the gateway
 * ends as SIGTERM has it end. Only loaded where the variable is set.
 */
export function watchStopFile(path: string, onStop: () => void): void {
  if (!isAbsolute(path)) return say(`warning: HERMES_STOP_FILE=${JSON.stringify(path)} is no absolute path and is not watched`)
  const see = () => {
    if (!existsSync(path)) return
    clearInterval(timer)
    watcher?.close()
    onStop()
  }

  const timer = setInterval(see, LOOK).unref()
  const watcher = watching(dirname(path), see)
  see()
}

function watching(directory: string, see: () => void): ReturnType<typeof watch> | undefined {
  try {
    const watcher = watch(directory, {persistent: false}, see)
    return watcher.on('error', () => {})
  } catch {
    return undefined
  }
}
