import launchd from '@hermes-cli/backend-launchd'
import type {Scope} from '@hermes-cli/service-manager'
import {conformance, type Harness} from '@hermes-cli/service-manager/conformance'

import {standInLaunchd} from '../support/launchd.js'

const harness = (scope: Scope): Harness => ({
  backend: launchd,
  async create(home) {
    const standIn = await standInLaunchd({scope})
    return {dispose: () => standIn.dispose(), host: standIn.hostFor(home)}
  },
  // The attendant's first restart comes after a second.
  quiet: 1800,
})

for (const scope of ['user', 'system'] as const) describe(`launchd (${scope})`, () => conformance({describe, it}, harness(scope)))
