import windows from '@hermes-cli/backend-windows'
import {conformance, type Harness} from '@hermes-cli/service-manager/conformance'

import {instance} from '../support/windows.js'

const harness: Harness = {
  backend: windows,
  create: instance,
  // The first restart comes after a second, and PowerShell is no sprinter.
  patience: 30_000,
  quiet: 2000,
}

conformance({describe, it}, harness)
