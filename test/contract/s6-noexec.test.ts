import s6 from '@hermes-cli/backend-s6'
import {conformance} from '@hermes-cli/service-manager/conformance'

import {createHost} from '#hermes/host/host.js'

import {canMount} from '../support/mounts.js'
import {privateTree} from '../support/s6.js'

// As `docker run --tmpfs /run` mounts it.
const possible = canMount()
if (!possible) console.error('no file system can be mounted here: the contract is not tried on one without execution')
;(possible ? describe : describe.skip)('on a scan directory where nothing can be executed', () => {
  conformance(
    {describe, it},
    {
      backend: s6,
      async create(home) {
        const tree = await privateTree({mount: 'noexec,mode=755'})
        const environment = {...tree.environment, HERMES_HOME: home}
        return {dispose: () => tree.dispose(), host: createHost({environment, home})}
      },
      quiet: 1200,
    },
  )
})
