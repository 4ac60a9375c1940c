import {defineBackend} from '@hermes-cli/service-manager'

import {detect} from './detect.js'
import {connect} from './manager.js'

export default defineBackend({
  connect: (host) => connect(host),
  detect,
  kind: 's6',
  label: 's6 (container supervisor)',
  rank: 100,
  supports: {
    bootPersistence: false,
    exitCodes: 'manager',
    logs: true,
    offlineInstall: true,
    readiness: true,
    runtimeRegistration: true,
    scopes: ['user'],
  },
})
