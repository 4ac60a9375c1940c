import {mkdirSync} from 'node:fs'
import {dirname} from 'node:path'

/** mkdir -p. Node's own recursive one never returns where the kernel refuses a new name with ENOENT, as under /proc. */
export function makeDirectory(path: string, mode: number): void {
  try {
    mkdirSync(path, {mode})
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException
    if (code === 'ENOENT' && dirname(path) !== path) {
      makeDirectory(dirname(path), mode)
      makeOne(path, mode)
    } else if (code !== 'EEXIST') throw error
  }
}

function makeOne(path: string, mode: number): void {
  try {
    mkdirSync(path, {mode})
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}
