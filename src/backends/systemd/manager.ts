import type {Host, ServiceManager} from '@hermes-cli/service-manager'

import {restart, start, stop} from './control.js'
import {locate} from './detect.js'
import {examine} from './doctor.js'
import {install, installAll} from './install.js'
import {readLogs} from './logs.js'
import {observe} from './observe.js'
import {uninstall} from './removal.js'
import {placeOf, siteOf} from './site.js'
import {ownUnits} from './unit.js'

/** `Backend.connect`. Looks for the manager anew with each call: a user's own comes and goes with a login. */
export function connect(host: Host): Required<ServiceManager> {
  const site = () => siteOf(host)
  const units = () => ownUnits({...placeOf(host), host})
  return {
    async doctor() {
      const {because, usable} = locate(host)
      const own = units()
      if (usable) return examine(site(), own)
      if (own.length === 0) return []
      return [{cure: 'Log in as that user, or have root run: loginctl enable-linger USER', message: because, severity: 'error'}]
    },
    install: async (spec, options) => install(site(), spec, options),
    installMany: async (requests) => installAll(site(), requests),
    list: async () => units().map(({spec}) => spec.id),
    async *logs(id, options) {
      yield* readLogs(site(), id, options)
    },
    restart: async (id) => restart(site(), id),
    start: async (id) => start(site(), id),
    status: async (id) => observe(site(), id),
    stop: async (id, options) => stop(site(), id, options),
    uninstall: async (id) => uninstall(site(), id),
  }
}
