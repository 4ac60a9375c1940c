import systemd from '@hermes-cli/backend-systemd'
import type {Host, Scope} from '@hermes-cli/service-manager'

import {createHost} from '#hermes/host/host.js'

/** Which systemd of the lab this run is for: scripts/tiers/systemd.mjs runs the folder once for each. */
export const scope = (process.env.HERMES_TEST_SYSTEMD_SCOPE ?? 'user') as Scope

/** The lab's machine as a command without a login sees it: no XDG_RUNTIME_DIR, no bus in the environment. */
export function labHost(home: string, warn: (message: string) => void = () => {}): Host {
  const environment = {HERMES_HOME: home, PATH: process.env.PATH}
  return {...createHost({environment, home, warn}), scope}
}

/** Removes every service of that home. */
export async function removeAll(host: Host): Promise<void> {
  const manager = systemd.connect(host)
  for (const id of await manager.list()) await manager.uninstall(id)
}
