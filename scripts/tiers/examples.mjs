// What the tiers of the examples need: each is built as its author would, and OpenRC is booted in namespaces.
import {mkdirSync} from 'node:fs'
import {join} from 'node:path'

import {bootOpenrc, cannotBoot} from '../lab/openrc.mjs'
import {debianTree} from '../lab/tree.mjs'
import {must, root, timed, Unavailable} from '../lib/process.mjs'

const build = (name, signal) =>
  must(`building examples/${name}`, [process.execPath, join(root, 'node_modules/typescript/bin/tsc'), '-p', join(root, 'examples', name)], {
    quiet: true,
    signal,
  })

/** For tests that need no more than that. */
export const prepareExample =
  (name) =>
  async ({signal}) => {
    await build(name, signal)
    return {environment: {}, stop: async () => []}
  }

/** Nothing to install where none could be booted whatever is installed. */
export const openrcNeeds = () => (cannotBoot() ? [] : ['debootstrap'])

async function openrcTree(signal) {
  const reason = cannotBoot()
  if (reason) throw new Unavailable(reason)
  await build('backend-openrc', signal)
  return debianTree('openrc', {signal})
}

/** Boots one, with this checkout to be read in it, and says how to run the tests there. */
export async function prepareOpenrc({home, signal}) {
  const tree = await openrcTree(signal)
  const reports = join(home, 'openrc')
  mkdirSync(reports)
  const mounts = [
    ['ro', root],
    ['ro', process.execPath],
    ['rw', reports],
  ]
  const lab = await timed('a booted OpenRC', () => bootOpenrc(tree, mounts))
  return {
    environment: {},
    prefix: lab.enter(undefined, {cwd: root, env: {DISPOSABLE_MACHINE: '1', NO_COLOR: '1', TMPDIR: '/tmp'}}),
    reports,
    async stop() {
      await lab.stop()
      return []
    },
  }
}

/** For tests that boot, and cut the power of, their own. */
export const prepareOpenrcReboot = async ({signal}) => ({
  environment: {HERMES_TEST_OPENRC_TREE: await openrcTree(signal)},
  stop: async () => [],
})
