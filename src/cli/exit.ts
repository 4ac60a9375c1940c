import type {ServiceManagerErrorCode} from '@hermes-cli/service-manager'

import type {HermesErrorCode} from '../profile/errors.js'

/** The exit codes of `hermes`. They are API: docs/errors.md. */
export const EXIT = {
  configuration: 78,
  deadline: 75,
  done: 0,
  failed: 1,
  noServiceManager: 69,
  notRunning: 3,
  permission: 77,
  unknown: 4,
  usage: 2,
} as const

const BY_CODE: Partial<Record<HermesErrorCode | ServiceManagerErrorCode, number>> = {
  busy: EXIT.deadline,
  'config-invalid': EXIT.configuration,
  'home-in-use': EXIT.deadline,
  'invalid-name': EXIT.usage,
  'no-service-manager': EXIT.noServiceManager,
  'not-registered': EXIT.unknown,
  permission: EXIT.permission,
  'profile-not-found': EXIT.unknown,
  'reserved-name': EXIT.usage,
  'start-timeout': EXIT.deadline,
  'temporary-home': EXIT.configuration,
  timeout: EXIT.deadline,
  unavailable: EXIT.noServiceManager,
  usage: EXIT.usage,
}

/** Every code without an entry of its own means: failed. */
export const exitCodeOf = (code = ''): number => (Object.hasOwn(BY_CODE, code) ? BY_CODE[code as HermesErrorCode]! : EXIT.failed)
