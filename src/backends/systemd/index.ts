import {defineBackend, type Host, type ServiceManager} from '@hermes-cli/service-manager'

import {detect} from './detect.js'

/** What does the work is loaded by the first verb: every start of hermes asks this backend, and few go on with it. */
function connect(host: Host): ServiceManager {
  const manager = async () => (await import('./manager.js')).connect(host)
  return {
    doctor: async () => (await manager()).doctor(),
    install: async (spec, options) => (await manager()).install(spec, options),
    installMany: async (requests) => (await manager()).installMany(requests),
    list: async () => (await manager()).list(),
    async *logs(id, options) {
      yield* (await manager()).logs(id, options)
    },
    restart: async (id) => (await manager()).restart(id),
    start: async (id) => (await manager()).start(id),
    status: async (id) => (await manager()).status(id),
    stop: async (id, options) => (await manager()).stop(id, options),
    uninstall: async (id) => (await manager()).uninstall(id),
  }
}

export default defineBackend({
  connect,
  detect,
  kind: 'systemd',
  label: 'systemd',
  rank: 40,
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
