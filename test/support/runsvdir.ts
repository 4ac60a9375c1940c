import {join} from 'node:path'
import {pathToFileURL} from 'node:url'

import {example} from './author.js'

export interface Runsvdir {
  readonly host: {readonly environment: {readonly SVDIR: string}}
  dispose(): Promise<void>
  reboot(): Promise<void>
}

/** The example's own: a real runsvdir on a directory of its own. */
export async function createRunsvdir(home: string, options: {readonly tick?: boolean} = {}): Promise<Runsvdir> {
  const {createRunsvdir: create} = await import(pathToFileURL(join(example, 'test/runsvdir.js')).href)
  return create(home, options)
}
