import {defineBackend} from '@hermes-cli/service-manager'

import {locate} from './locate.js'
import {connect} from './manager.js'

export default defineBackend({
  kind: 'runit',
  label: 'runit',
  rank: 50,
  supports: {
    runtimeRegistration: false,
    bootPersistence: true,
    logs: true,
    offlineInstall: false,
    readiness: true,
    exitCodes: 'manager',
    scopes: ['user'],
  },
  detect: locate,
  connect,
})
