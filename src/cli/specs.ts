import type {ServiceSpec} from '@hermes-cli/service-manager'

import {gatewaySpec, type Launcher} from '../gateway/spec.js'
import {readConfig} from '../profile/config.js'
import {profileDirectory} from '../profile/paths.js'
import {findLauncher} from './launcher.js'

/** The service definition of each profile of one home, as its configuration is now. */
export function specsOf(
  home: string,
  packageRoot: string,
  environment: Readonly<Record<string, string | undefined>>,
): (profile: string) => Promise<ServiceSpec> {
  const launcher: Launcher = findLauncher(packageRoot)
  const user = environment.HERMES_SERVICE_USER
  return async (profile) => {
    // A configuration that cannot be used is told by the gateway itself, once it is started: one truth, one place.
    const config = await readConfig(profileDirectory(home, profile)).catch(() => undefined)
    return gatewaySpec({home, launcher, profile, ...(config ? {config: config.gateway} : {}), ...(user ? {user} : {})})
  }
}
