import systemd from '@hermes-cli/backend-systemd'
import {conformance, type Harness} from '@hermes-cli/service-manager/conformance'

import {labHost, removeAll} from '../support/systemd.js'

const harness: Harness = {
  backend: systemd,
  async create(home) {
    const host = labHost(home)
    return {dispose: () => removeAll(host), host}
  },
  // RestartSec=1, and a little.
  quiet: 1800,
}

conformance({describe, it}, harness)
