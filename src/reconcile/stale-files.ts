import {unlink} from 'node:fs/promises'

import {probeLock} from '../gateway/lock.js'
import {livePrograms} from '../gateway/programs.js'
import {files} from '../profile/paths.js'

/**
 * Removes what names processes of an earlier boot, unless a gateway lives there now: pids are given away again. Only
 * the name goes, a symlink's target stays. Answers with warnings, never throws.
 */
export async function removeStaleFiles(directory: string): Promise<string[]> {
  const warnings: string[] = []
  let alive: boolean | undefined
  for (const path of [files.pid(directory), files.processes(directory)]) {
    try {
      alive ??= (await probeLock(directory)).held
      if (alive) continue
      const [program] = path === files.processes(directory) ? await livePrograms(directory) : []
      // Its gateway was killed and it was not: the next start ends it, and finds it by this file.
      if (program) warnings.push(`${path} is kept: a program of an earlier gateway still runs, as pid ${program.pid}`)
      else await unlink(path)
    } catch (error) {
      const {code} = error as NodeJS.ErrnoException
      if (code !== 'ENOENT' && code !== 'ENOTDIR') warnings.push(`${path} could not be removed (${code ?? (error as Error).message})`)
    }
  }

  return warnings
}
