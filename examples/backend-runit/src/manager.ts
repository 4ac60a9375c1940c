import {readLogDirectory, serviceDirectories, ServiceManagerError, type Host, type ServiceManager} from '@hermes-cli/service-manager'

import {existsSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {locate} from './locate.js'
import {render} from './render.js'
import {down, observe, release, takenUp, up} from './service.js'

/** runsv reads it when it starts: the service is not brought up. */
const DOWN = {down: {mode: 0o644, text: ''}}

export function connect(host: Host): ServiceManager {
  const services = () => {
    const {because, svdir} = locate(host)
    if (!svdir) throw new ServiceManagerError('unavailable', because, {suggestions: ['Start runsvdir, or name its directory: SVDIR=…']})
    return serviceDirectories(host, svdir, 'hermes-gateway-')
  }

  return {
    async install(spec, {enable = true, exclusive, start}) {
      const change = await services().put(spec, render(spec, host.uid === 0), {exclusive, first: start && enable ? undefined : DOWN})
      const service = services().get(spec.id)
      await (start && enable ? this.start(spec.id) : start ? up(host, service) : takenUp(host, service.path))
      const now = observe(host, service)
      return {change, restartDue: 'restartDue' in now && now.restartDue === true}
    },
    list: async () => services().ids(),
    async status(id) {
      const service = services().lookUp(id)
      return service ? observe(host, service) : {state: 'absent'}
    },
    async start(id) {
      rmSync(join(services().get(id).path, 'down'), {force: true})
      await up(host, services().get(id))
    },
    async stop(id, {disable = true} = {}) {
      if (disable) writeFileSync(join(services().get(id).path, 'down'), '')
      await down(host, services().get(id))
    },
    async restart(id) {
      await this.stop(id, {disable: false})
      await up(host, services().get(id))
    },
    async uninstall(id) {
      const service = services().lookUp(id)
      if (!service) return
      try {
        await down(host, service)
        await release(host, services().hide(id))
      } catch (error) {
        // Gone: somebody else removed it at the same time.
        if (existsSync(service.path)) throw error
      }
    },
    async *logs(id, options) {
      const {home, logDirectory} = services().get(id).spec
      yield* readLogDirectory(host, join(home, logDirectory), options)
    },
  }
}
