import {execaSync} from 'execa'
import {mkdtempSync, rmdirSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

/** Throws when this user may not. */
export function mountTmpfs(directory: string, options: string): void {
  execaSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', directory])
}

export function unmount(directory: string): void {
  execaSync('umount', [directory])
}

export function canMount(): boolean {
  const directory = mkdtempSync(join(tmpdir(), 'hermes-mount-'))
  try {
    mountTmpfs(directory, 'size=64k')
    unmount(directory)
    return true
  } catch {
    return false
  } finally {
    rmdirSync(directory)
  }
}

export function remount(directory: string, options: string): void {
  execaSync('mount', ['-o', `remount,${options}`, directory])
}
