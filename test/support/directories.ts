import {mkdtempSync, rmSync, statSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'

/** The checkout. Compiled tests live in .build/test/. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '../../..')
export const fixture = (name: string): string => join(root, 'test/fixtures', name)

/** Another user can run programs of the checkout: it is not in a directory closed to others, as /root is. */
export function isOpenToOthers(path = root): boolean {
  if ((statSync(path).mode & 0o001) === 0) return false
  return dirname(path) === path || isOpenToOthers(dirname(path))
}

const made: string[] = []

/** A directory of the running test's own, removed after it. */
export function temporaryDirectory(prefix = 'hermes-test-'): string {
  const directory = mkdtempSync(join(tmpdir(), prefix))
  made.push(directory)
  return directory
}

/** Call once at the top level of a test file. */
export function cleanUpDirectories(): void {
  afterEach(() => {
    for (const directory of made.splice(0)) rmSync(directory, {force: true, maxRetries: 5, recursive: true})
  })
}
