import type {Host, ServiceManager} from '@hermes-cli/service-manager'

import {allOurs} from './claim.js'
import {restart, start, stop} from './control.js'
import {locate} from './detect.js'
import {examine} from './doctor.js'
import {install} from './install.js'
import {readLogs} from './logs.js'
import {look, sharedLook} from './look.js'
import {statusOf} from './observe.js'
import {uninstall} from './removal.js'
import {siteOf} from './site.js'

/** `Backend.connect`. */
export function connect(host: Host): ServiceManager {
  const site = () => siteOf(host)
  const shared = sharedLook(site)
  return {
    doctor: async () => (locate(host).usable ? examine(site(), await look(site())) : []),
    install: async (spec, options) => install(site(), spec, options),
    list: async () => allOurs(site(), await shared()).map(({id}) => id),
    async *logs(id, options) {
      yield* readLogs(site(), id, options)
    },
    restart: async (id) => restart(site(), id),
    start: async (id) => start(site(), id),
    status: async (id) => statusOf(site(), await shared(), id),
    stop: async (id, options) => stop(site(), id, options),
    uninstall: async (id) => uninstall(site(), id),
  }
}
