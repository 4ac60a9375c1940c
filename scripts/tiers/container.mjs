// What the container tier needs: an engine, and the image of this checkout in it.
import {ensureBase} from '../lab/base-image.mjs'
import {dockerClient} from '../lab/docker.mjs'
import {cannotStart, ENGINE_PROGRAMS, ensureEngine, reachableEngine} from '../lab/engine.mjs'
import {buildImage} from '../lab/image.mjs'
import {timed} from '../lib/process.mjs'

const TAG = 'hermes-test:latest'

/** Nothing where an engine answers, or where none could be started whatever is installed. */
export async function containerNeeds() {
  return (await reachableEngine()) || cannotStart() ? [] : ENGINE_PROGRAMS
}

/** An image the caller names is tested as it is. */
async function imageFor(engine, signal) {
  const wanted = process.env.HERMES_TEST_IMAGE
  if (!wanted) {
    const base = await timed('base image', () => ensureBase(engine, {signal}))
    await timed('image', () => buildImage(engine.docker, [TAG], {base, quiet: true, replace: true, signal}))
    return TAG
  }

  if (!(await engine.docker.imageId(wanted))) await engine.docker.must(`pulling HERMES_TEST_IMAGE`, 'pull', '--quiet', wanted)
  return wanted
}

/** Removes what tests have labelled as theirs and not removed. Returns its names. */
async function removeLeft(docker, run) {
  const left = []
  for (const [list, remove] of [
    [
      ['ps', '-a', '--format', '{{.Names}}'],
      ['rm', '-f', '-v'],
    ],
    [
      ['volume', 'ls', '--format', '{{.Name}}'],
      ['volume', 'rm', '-f'],
    ],
  ]) {
    const names = (await docker.ask(...list, '--filter', `label=hermes-test=${run}`)).stdout.split('\n').filter(Boolean)
    if (names.length > 0) await docker.ask(...remove, ...names)
    left.push(...names)
  }

  return left
}

/** The environment for the tests, and what ends it all and returns what tests left. Throws Unavailable where there can be no engine. */
export async function prepareContainers({signal}) {
  const engine = await timed('engine', () => ensureEngine({signal}))
  console.log(`   engine: ${engine.ours ? `our own, ${engine.storage}` : 'the one that answers'}`)
  try {
    const image = await imageFor(engine, signal)
    const chosen = Object.entries(engine.docker.env).filter(([name]) => name.startsWith('DOCKER_'))
    // Containers need no network; ours has none but the host's.
    const run = `${process.pid}-${Date.now()}`
    const own = {HERMES_TEST_DOCKER_NETWORK: 'none', HERMES_TEST_IMAGE: image, HERMES_TEST_RUN: run}
    return {
      environment: {...Object.fromEntries(chosen), ...own},
      async stop() {
        // Also when the run is aborted, with which the other client ends.
        const left = await removeLeft(dockerClient(engine.docker.env), run)
        await engine.stop()
        return left
      },
    }
  } catch (error) {
    await engine.stop()
    throw error
  }
}
