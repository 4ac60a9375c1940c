import type {Host, ServiceManager} from '@hermes-cli/service-manager'

import {restart, start, stop} from './control.js'
import {ownRecord, ownRecords} from './definition.js'
import {examine} from './doctor.js'
import {install} from './install.js'
import {readLogs} from './logs.js'
import {observe} from './observe.js'
import {uninstall} from './removal.js'
import {changeable, placeOf, siteOf} from './site.js'

/** `Backend.connect`. Looks for the domains anew with each call: a user's come and go with a login. */
export function connect(host: Host): ServiceManager {
  /** To change a service that must be there: that it is not says more than that one may not. */
  const known = (id: string) => {
    ownRecord({...placeOf(host), host}, id)
    return changeable(host)
  }

  return {
    doctor: async () => examine(host),
    install: async (spec, options) => install(changeable(host), spec, options),
    list: async () => ownRecords({...placeOf(host), host}).map(({spec}) => spec.id),
    async *logs(id, options) {
      yield* readLogs(host, id, options)
    },
    restart: async (id) => restart(known(id), id),
    start: async (id) => start(known(id), id),
    status: async (id) => observe(siteOf(host), id),
    stop: async (id, options) => stop(known(id), id, options),
    uninstall: async (id) => uninstall(changeable(host), id),
  }
}
