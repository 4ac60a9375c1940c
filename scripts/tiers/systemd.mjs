// What the systemd tiers need: a booted one in namespaces, in which mocha runs as who the scope is for.
import {chmodSync, chownSync, mkdirSync} from 'node:fs'
import {join} from 'node:path'

import {cannotBoot, bootSystemd, USER} from '../lab/systemd.mjs'
import {debianTree} from '../lab/tree.mjs'
import {root, timed, Unavailable} from '../lib/process.mjs'

/** Nothing to install where none could be booted whatever is installed. */
export const systemdNeeds = () => (cannotBoot() ? [] : ['debootstrap'])

/** Boots one, with this checkout to be read in it, and says how to run the tests there. */
export const prepareSystemd =
  (scope) =>
  async ({home, signal}) => {
    const reason = cannotBoot()
    if (reason) throw new Unavailable(reason)
    const tree = await debianTree('systemd', {signal})
    const reports = join(home, `systemd-${scope}`)
    mkdirSync(reports)
    chmodSync(reports, 0o755)
    const user = scope === 'user' ? USER : undefined
    if (user) chownSync(reports, user.uid, user.uid)
    const mounts = [
      ['ro', root],
      ['ro', process.execPath],
      ['rw', reports],
    ]
    const lab = await timed('a booted systemd', () => bootSystemd(tree, mounts))
    const env = {HERMES_TEST_SYSTEMD_SCOPE: scope, NO_COLOR: '1', TMPDIR: '/tmp'}
    return {
      environment: {},
      prefix: lab.enter(user, {cwd: root, env}),
      reports,
      async stop() {
        await lab.stop()
        return []
      },
    }
  }

/** For tests that boot, and cut the power of, their own. */
export async function prepareReboot({signal}) {
  const reason = cannotBoot()
  if (reason) throw new Unavailable(reason)
  return {environment: {HERMES_TEST_SYSTEMD_TREE: await debianTree('systemd', {signal})}, stop: async () => []}
}
