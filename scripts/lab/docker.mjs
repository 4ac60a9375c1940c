// Questions to a Docker engine, asked through its own client.
import {homedir} from 'node:os'
import {join} from 'node:path'

import {must, run} from '../lib/process.mjs'

/** What decides which engine the client talks to, as whoever runs this has set it, also when HOME changes. */
export function callersEngine(environment = process.env) {
  return {...environment, DOCKER_CONFIG: environment.DOCKER_CONFIG ?? join(homedir(), '.docker')}
}

/** The client talks to this socket, whatever engine the caller has chosen. */
export function engineAt(socket, environment = process.env) {
  const others = Object.entries(environment).filter(([name]) => !name.startsWith('DOCKER_'))
  return {...Object.fromEntries(others), DOCKER_CONFIG: `${socket}.config`, DOCKER_HOST: `unix://${socket}`}
}

/** A client for one engine. */
export function dockerClient(env, signal) {
  const ask = (...args) => run(['docker', ...args], {env, quiet: true, signal, timeout: 60_000})
  return {
    ask,
    env,
    must: (what, ...args) => must(what, ['docker', ...args], {env, quiet: true, signal, timeout: 300_000}),
    async imageId(image) {
      const {code, stdout} = await ask('image', 'inspect', '--format', '{{.Id}}', image)
      return code === 0 ? stdout.trim() : undefined
    },
    async answers() {
      const {code, stdout} = await run(['docker', 'version', '--format', '{{.Server.Version}}'], {
        env,
        quiet: true,
        signal,
        timeout: 10_000,
      })
      return code === 0 && stdout.trim() !== ''
    },
    /** Flags and environment of `docker build` for what client and engine can do. */
    async buildOptions() {
      const buildKit = (await ask('buildx', 'version')).code === 0
      const bridge = (await ask('network', 'inspect', 'bridge')).code === 0
      const proxies = ['http_proxy', 'https_proxy', 'no_proxy'].flatMap((name) => [name, name.toUpperCase()]).filter((name) => env[name])
      return {
        // Without a bridge a build has no network of its own.
        args: [...(bridge ? [] : ['--network', 'host']), ...proxies.flatMap((name) => ['--build-arg', name])],
        command: buildKit ? ['docker', 'buildx', 'build', '--load'] : ['docker', 'build'],
        env: buildKit ? env : {...env, DOCKER_BUILDKIT: '0'},
      }
    },
  }
}
