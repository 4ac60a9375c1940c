// A Docker engine for tests: the one that is there, or one of our own.
import {readFileSync} from 'node:fs'
import {freemem, homedir} from 'node:os'
import {join} from 'node:path'

import {Unavailable} from '../lib/process.mjs'
import {callersEngine, dockerClient} from './docker.mjs'
import {startDockerd} from './dockerd.mjs'

/** Survives runs. Resolved from the caller's environment, never from a test's. */
export const cacheDirectory = () => process.env.HERMES_CACHE_DIR ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'hermes')

/** The engine that the caller's own `docker` talks to. */
export async function reachableEngine(signal) {
  const docker = dockerClient(callersEngine(), signal)
  return (await docker.answers()) ? {docker, ours: false, async stop() {}} : undefined
}

/** Why no engine can be started here whatever is installed. */
export function cannotStart() {
  if (process.platform !== 'linux') return 'no Docker engine answers, and one of our own is only started on Linux'
  if (process.getuid() !== 0) return 'no Docker engine answers, and only root can start one'
  const capabilities = BigInt(`0x${/^CapEff:\s*(\w+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0'}`)
  const sysAdmin = 1n << 21n
  if ((capabilities & sysAdmin) === 0n) return 'no Docker engine answers, and a container without privileges cannot start one'
}

/** Programs an engine of our own needs. */
export const ENGINE_PROGRAMS = ['docker', 'dockerd', 'iptables', 'debootstrap']

/** Nothing of an earlier run that was killed. The engine is ours, and so is all that is in it. */
async function tidy(docker) {
  const listed = async (...args) => (await docker.ask(...args)).stdout.split('\n').filter(Boolean)
  const containers = await listed('ps', '-aq')
  if (containers.length > 0) await docker.must('removing old containers', 'rm', '-f', '-v', ...containers)
  const volumes = await listed('volume', 'ls', '-q')
  if (volumes.length > 0) await docker.must('removing old volumes', 'volume', 'rm', ...volumes)
  await docker.must('removing old images', 'image', 'prune', '-f')
}

/** On an overlay, as in a container, there can be no other; in memory there can. vfs copies every layer for every container. */
const storages = () => [
  {driver: 'overlay2', name: 'overlay2'},
  ...(freemem() > 4 * 2 ** 30 ? [{driver: 'overlay2', memory: true, name: 'overlay2 in memory'}] : []),
  {driver: 'vfs', name: 'vfs'},
]

/** With the best storage there can be. */
async function startIn(directory, signal) {
  let reason
  for (const storage of storages()) {
    try {
      const engine = await startDockerd(directory, storage, signal)
      return engine && {...engine, storage: storage.name}
    } catch (error) {
      if (!/driver not supported|overlay/.test(error.message)) throw error
      reason = error
    }
  }

  throw reason
}

async function startOurs(signal) {
  // Two runs at once do not share: each takes the first directory that is free.
  for (const slot of ['0', '1', '2', '3']) {
    const engine = await startIn(join(cacheDirectory(), 'engine', slot), signal)
    if (!engine) continue
    try {
      await tidy(engine.docker)
      return {...engine, ours: true}
    } catch (error) {
      await engine.stop()
      throw error
    }
  }

  throw new Unavailable(`other runs use every Docker engine in ${join(cacheDirectory(), 'engine')}`)
}

/** `{docker, ours, stop}`; stop() ends only what was started here. */
export async function ensureEngine({signal} = {}) {
  const reachable = await reachableEngine(signal)
  if (reachable) return reachable
  const reason = cannotStart()
  if (reason) throw new Unavailable(reason)
  return startOurs(signal)
}
