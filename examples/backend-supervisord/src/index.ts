import {defineBackend} from '@hermes-cli/service-manager'

import {locate} from './locate.js'
import {connect} from './manager.js'

export default defineBackend({
  kind: 'supervisord',
  label: 'supervisord',
  // Below systemd: where both run, supervisord is there for something else.
  rank: 30,
  supports: {
    runtimeRegistration: true,
    bootPersistence: true,
    logs: true,
    offlineInstall: false,
    readiness: false,
    exitCodes: 'none',
    scopes: ['user'],
  },
  detect(host) {
    const {because, usable} = locate(host)
    return {because, usable}
  },
  connect,
})
