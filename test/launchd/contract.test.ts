import launchd from '@hermes-cli/backend-launchd'
import type {Host, Scope} from '@hermes-cli/service-manager'
import {conformance, type Harness, type Instance} from '@hermes-cli/service-manager/conformance'

import {realpathSync} from 'node:fs'
import {tmpdir} from 'node:os'

import {createHost} from '#hermes/host/host.js'

import {standInLaunchd} from '../support/launchd.js'

/** On a Mac the real one can be asked for; as root that is the machine's. The temporary home makes its labels unlike any other. */
const real = process.platform === 'darwin' && process.env.HERMES_TEST_REAL === 'launchd'

interface Mac extends Instance {
  readonly reboot?: () => Promise<void>
}

async function create(scope: Scope, home: string): Promise<Mac> {
  if (!real) {
    const standIn = await standInLaunchd({scope})
    return {dispose: () => standIn.dispose(), host: standIn.hostFor(home), reboot: () => standIn.reboot()}
  }

  const host: Host = {...createHost({environment: {HERMES_HOME: home, PATH: process.env.PATH}, home}), scope}
  const dispose = async () => {
    const manager = launchd.connect(host)
    for (const id of await manager.list()) await manager.uninstall(id)
  }

  return {dispose, host}
}

const harness = (scope: Scope): Harness => ({
  backend: launchd,
  create: (home) => create(scope, home),
  directory: realpathSync(tmpdir()),
  // Nobody reboots a Mac from a test that runs on it.
  ...(real ? {} : {reboot: async (instance) => (instance as Mac).reboot!()}),
  // The attendant's first restart comes after a second.
  quiet: 1800,
})

const scopes: readonly Scope[] = real ? [process.getuid?.() === 0 ? 'system' : 'user'] : ['user', 'system']

for (const scope of scopes) describe(`launchd (${scope}${real ? '' : ', a stand-in'})`, () => conformance({describe, it}, harness(scope)))
