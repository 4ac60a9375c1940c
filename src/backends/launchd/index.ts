import {defineBackend} from '@hermes-cli/service-manager'

import {detect} from './detect.js'
import {connect} from './manager.js'

export default defineBackend({
  connect: (host) => connect(host),
  detect,
  kind: 'launchd',
  label: 'launchd',
  rank: 60,
  supports: {
    bootPersistence: true,
    exitCodes: 'manager',
    logs: true,
    offlineInstall: false,
    readiness: true,
    runtimeRegistration: false,
    scopes: ['user', 'system'],
  },
})
