import {execa} from 'execa'
import {mkdirSync, mkdtempSync, readdirSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {cleanEnvironment} from './cli.js'
import {root} from './directories.js'

/** Where nothing listens, for programs that look for a proxy before they look for a network. */
export const NOWHERE = {ALL_PROXY: 'http://127.0.0.1:9', HTTPS_PROXY: 'http://127.0.0.1:9', HTTP_PROXY: 'http://127.0.0.1:9'}

/** Packs the checkout as a release is packed. Returns the one file. */
export async function pack(directory: string): Promise<string> {
  mkdirSync(directory, {recursive: true})
  await execa('npm', ['pack', '--pack-destination', directory, '--loglevel=error'], {cwd: root})
  const packed = readdirSync(directory).filter((name) => name.endsWith('.tgz'))
  if (packed.length !== 1) throw new Error(`npm pack made ${packed.join(', ') || 'nothing'}`)
  return join(directory, packed[0]!)
}

/** Words before a command that leave it no network but what the kernel cannot take away; none where nobody may. */
export async function withoutNetwork(): Promise<readonly string[]> {
  for (const words of [
    ['unshare', '--net'],
    ['unshare', '--net', '--map-root-user'],
  ]) {
    const {exitCode} = await execa(words[0]!, [...words.slice(1), 'true'], {reject: false})
    if (exitCode === 0) return words
  }

  return []
}

/** `npm install --global` of one file into a prefix, from an empty cache and with no network. */
export async function installGlobally(tarball: string, prefix: string): Promise<void> {
  mkdirSync(prefix, {recursive: true})
  const cache = ['--cache', join(prefix, '../npm-cache'), '--fetch-retries=0', '--no-audit', '--no-fund', '--loglevel=error']
  const [file, ...words] = [...(await withoutNetwork()), 'npm', 'install', '--global', '--prefix', prefix, ...cache, tarball]
  await execa(file!, words, {cwd: prefix, env: cleanEnvironment(join(prefix, '..'), NOWHERE), extendEnv: false})
}

let shared: Promise<string> | undefined

/** The prefix with the packed hermes that all tests of a run share; they leave it as it is. */
export function sharedPrefix(): Promise<string> {
  shared ??= (async () => {
    const directory = mkdtempSync(join(tmpdir(), 'hermes-packed-'))
    process.on('exit', () => rmSync(directory, {force: true, recursive: true}))
    const prefix = join(directory, 'prefix')
    await installGlobally(await pack(join(directory, 'packed')), prefix)
    return prefix
  })()
  return shared
}
