import type {ServiceSpec} from '@hermes-cli/service-manager'

import {userInfo} from 'node:os'

import type {SpecFor} from '../gateway/registration.js'
import {gatewaySpec, type Launcher} from '../gateway/spec.js'
import {readConfig} from '../profile/config.js'
import {HermesError} from '../profile/errors.js'
import {profileDirectory} from '../profile/paths.js'
import {findLauncher} from './launcher.js'

/**
 * Acting for the owner of a home (cli/on-behalf.ts): a service of the machine runs as that user. It follows from the home
 * alone, so that every verb gives the same definition.
 */
function homeUser(): string | undefined {
  if (process.getuid?.() !== 0 || process.geteuid?.() === 0) return undefined
  try {
    return userInfo().username
  } catch {
    throw new HermesError('permission', `the home belongs to user ${process.geteuid?.()}, which has no name on this machine`)
  }
}

/** The service definition of each profile of one home, as its configuration is now. */
export function specsOf(home: string, packageRoot: string, environment: Readonly<Record<string, string | undefined>>): SpecFor {
  const launcher: Launcher = findLauncher(packageRoot)
  return async (profile, on): Promise<ServiceSpec> => {
    const user = environment.HERMES_SERVICE_USER || (on?.scope === 'system' ? homeUser() : undefined)
    const translate = on?.backend.supports.exitCodes === 'none'
    // A configuration that cannot be used is told by the gateway itself, once it is started: one truth, one place.
    const config = await readConfig(profileDirectory(home, profile)).catch(() => undefined)
    return gatewaySpec({home, launcher, profile, translate, ...(config ? {config: config.gateway} : {}), ...(user ? {user} : {})})
  }
}
