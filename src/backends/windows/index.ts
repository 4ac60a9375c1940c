import {defineBackend} from '@hermes-cli/service-manager'

import {detect} from './detect.js'
import {connect} from './manager.js'

export default defineBackend({
  connect: (host) => connect(host),
  detect,
  kind: 'windows',
  label: 'Task Scheduler',
  rank: 60,
  supports: {
    bootPersistence: true,
    exitCodes: 'manager',
    logs: true,
    offlineInstall: false,
    readiness: false,
    runtimeRegistration: false,
    // A service of the machine would need an account with a stored password, or one without the network (S4U).
    scopes: ['user'],
  },
})
