import s6 from '@hermes-cli/backend-s6'
import {conformance, type Harness} from '@hermes-cli/service-manager/conformance'

import {createHost} from '#hermes/host/host.js'

import {privateTree} from '../support/s6.js'

const harness: Harness = {
  backend: s6,
  async create(home) {
    const tree = await privateTree()
    const environment = {...tree.environment, HERMES_HOME: home}
    return {dispose: () => tree.dispose(), host: createHost({environment, home})}
  },
  // s6 starts a service at most once a second.
  quiet: 1200,
}

conformance({describe, it}, harness)
