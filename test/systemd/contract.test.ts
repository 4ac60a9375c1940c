import systemd from '@hermes-cli/backend-systemd'
import {conformance, type Harness} from '@hermes-cli/service-manager/conformance'

import {labHost, rebootServices, removeAll} from '../support/systemd.js'

const harness: Harness = {
  backend: systemd,
  async create(home) {
    const host = labHost(home)
    return {dispose: () => removeAll(host), host}
  },
  reboot: ({host}) => rebootServices(host.home),
  // RestartSec=1, and a little.
  quiet: 1800,
}

conformance({describe, it}, harness)
