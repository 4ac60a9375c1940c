import type {Host, ServiceManager} from '@hermes-cli/service-manager'
import {readAttendedLogs} from '@hermes-cli/service-manager/attendant'

import {rmSync} from 'node:fs'
import {join} from 'node:path'

import {down, up} from './control.js'
import {rcService} from './detect.js'
import {find, get, scripts, setEnabled} from './files.js'
import {observe} from './observe.js'
import {attendanceOf, render} from './render.js'

export function connect(host: Host): ServiceManager {
  return {
    async install(spec, options) {
      rcService(host)
      const {change} = await scripts(host).put(spec, render(spec), options)
      if (options.start) {
        if (options.enable ?? true) setEnabled(get(host, spec.id), true)
        await up(host, spec.id)
      }

      const now = observe(host, get(host, spec.id))
      return {change, restartDue: 'restartDue' in now && now.restartDue === true}
    },
    list: async () =>
      scripts(host)
        .all()
        .map(({spec}) => spec.id),
    async status(id) {
      const script = find(host, id)
      return script ? observe(host, script) : {state: 'absent'}
    },
    async start(id) {
      setEnabled(get(host, id), true)
      await up(host, id)
    },
    async stop(id, {disable = true} = {}) {
      const script = get(host, id)
      // First, so that a power cut does not undo it.
      if (disable) setEnabled(script, false)
      await down(host, script)
    },
    async restart(id) {
      await down(host, get(host, id))
      await up(host, id)
    },
    async uninstall(id) {
      const script = find(host, id)
      if (!script) return
      setEnabled(script, false)
      await down(host, script)
      rmSync(script.path, {force: true})
      // Root removes nothing in what another user may replace by a link meanwhile.
      if (!script.spec.user) rmSync(attendanceOf(script.spec), {force: true, recursive: true})
    },
    async *logs(id, options) {
      const {home, logDirectory} = get(host, id).spec
      yield* readAttendedLogs(host, join(home, logDirectory), options)
    },
  }
}
