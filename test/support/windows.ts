import type {Host} from '@hermes-cli/service-manager'
import type {Instance} from '@hermes-cli/service-manager/conformance'

import windows from '@hermes-cli/backend-windows'

import {createHost} from '#hermes/host/host.js'

import {windowsMachine} from '../stand-ins/windows/machine.js'

/** HERMES_TEST_REAL=windows: the Task Scheduler of this machine, and no stand-in. */
export const isReal = process.env.HERMES_TEST_REAL === 'windows'

/** A manager for that home: of a machine of its own, or of this one. */
export async function instance(home: string): Promise<Instance> {
  if (isReal) {
    const host = createHost({environment: {...process.env, HERMES_HOME: home}, home})
    return {dispose: () => removeAll(host), host}
  }

  const machine = await windowsMachine()
  return {dispose: () => machine.dispose(), host: machine.host(home)}
}

/** Removes every service of that home. */
export async function removeAll(host: Host): Promise<void> {
  const manager = windows.connect(host)
  for (const id of await manager.list()) await manager.uninstall(id)
}
