import {chmodSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import type {Container} from './container.js'

import {dockerOk} from './docker.js'

/** Puts files into a container that was made and not started. */
export async function putFiles(
  container: Container,
  directory: string,
  files: Readonly<Record<string, string>>,
  mode = 0o755,
): Promise<void> {
  const source = mkdtempSync(join(tmpdir(), 'hermes-'))
  try {
    chmodSync(source, 0o755)
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(join(source, name), text)
      chmodSync(join(source, name), mode)
    }

    await dockerOk(['cp', `${source}/.`, `${container.name}:${directory}`])
  } finally {
    rmSync(source, {recursive: true})
  }
}
