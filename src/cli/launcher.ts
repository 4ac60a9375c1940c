import {accessSync, constants} from 'node:fs'
import {basename, isAbsolute, join} from 'node:path'

import type {Launcher} from '../gateway/spec.js'
import {isWindows} from '../host/platform.js'

/**
 * What service definitions call. The installed `hermes` by which this process was called is the one that survives an
 * upgrade; otherwise the launcher inside the package. Windows executes neither: there node gets the script.
 */
export function findLauncher(packageRoot: string, windows = isWindows): Launcher {
  if (windows) return {hermes: join(packageRoot, 'bin', 'hermes'), node: process.execPath, script: join(packageRoot, 'bin', 'run.js')}
  const called = process.argv[1] ?? ''
  const hermes = isAbsolute(called) && basename(called) === 'hermes' && isExecutable(called) ? called : join(packageRoot, 'bin', 'hermes')
  return {hermes, node: process.execPath}
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
