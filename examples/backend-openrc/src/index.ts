import {defineBackend} from '@hermes-cli/service-manager'

import {detect} from './detect.js'
import {connect} from './manager.js'

export default defineBackend({
  kind: 'openrc',
  label: 'OpenRC',
  rank: 40,
  supports: {
    runtimeRegistration: false,
    bootPersistence: true,
    logs: true,
    offlineInstall: false,
    readiness: true,
    exitCodes: 'manager',
    // Services of users came with 0.60; Debian 12 has 0.45.
    scopes: ['system'],
  },
  detect,
  connect,
})
