import {spawn, type ChildProcess} from 'node:child_process'
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {createServer, type AddressInfo} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {until} from './wait.js'

export interface Registry {
  readonly url: string
  /** What npm needs to publish there. */
  readonly npmrc: string
  stop(): Promise<void>
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const {port} = server.address() as AddressInfo
  await new Promise((resolve) => {
    server.close(resolve)
  })
  return port
}

/** A verdaccio of the test's own on the loopback, empty, that asks nobody else. `bin`: from the tier's preparation. */
export async function startRegistry(bin: string): Promise<Registry> {
  const directory = mkdtempSync(join(tmpdir(), 'hermes-registry-'))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const packages = {'@*/*': {access: '$all', publish: '$all'}, '**': {access: '$all', publish: '$all'}}
  const config = {log: {level: 'warn', type: 'stdout'}, packages, storage: join(directory, 'storage'), uplinks: {}, web: {enable: false}}
  // JSON is YAML.
  writeFileSync(join(directory, 'config.yaml'), JSON.stringify(config))
  const npmrc = join(directory, 'npmrc')
  writeFileSync(npmrc, `registry=${url}/\n//127.0.0.1:${port}/:_authToken=anyone\n`)
  const child: ChildProcess = spawn(process.execPath, [bin, '--config', join(directory, 'config.yaml'), '--listen', `127.0.0.1:${port}`], {
    cwd: directory,
    env: {HOME: directory, PATH: process.env.PATH},
    stdio: 'ignore',
  })
  const ended = new Promise((resolve) => {
    child.once('exit', resolve)
  })
  await until('the registry answers', async () => (await fetch(`${url}/-/ping`)).ok, 30_000)
  return {
    npmrc,
    async stop() {
      child.kill('SIGTERM')
      await ended
      rmSync(directory, {force: true, recursive: true})
    },
    url,
  }
}
