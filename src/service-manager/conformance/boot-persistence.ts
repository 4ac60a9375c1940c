import assert from 'node:assert/strict'

import type {Kit} from './kit.js'
import {quiet} from './wait.js'

/** What the manager brings back by itself, and what not. */
export function bootPersistence({check}: Kit): void {
  const needs = 'bootPersistence'

  check(
    'what was started comes back after a reboot',
    async (stage) => {
      const service = await stage.running('a')
      await stage.reboot()
      const second = await service.report.nthStart(2)
      await stage.settles('a', 'running')
      assert.equal((await stage.seenUp(service)).pid, second.pid)
      assert.deepEqual(await stage.manager.list(), ['a'])
    },
    {needs},
  )

  check(
    'what was stopped for a while comes back after a reboot',
    async (stage) => {
      const service = await stage.running('a')
      await stage.manager.stop('a', {disable: false})
      await stage.reboot()
      await service.report.nthStart(2)
      await stage.settles('a', 'running')
      await stage.seenUp(service)
    },
    {needs},
  )

  check(
    'what was stopped, or only registered, stays down after a reboot and can be started',
    async (stage) => {
      const stopped = await stage.running('a')
      await stage.manager.stop('a')
      const registered = stage.service('b')
      await stage.manager.install(registered.spec, {start: false})
      // When this one is back the manager has had its turn with the others.
      const other = await stage.running('c')
      await stage.reboot()
      await other.report.nthStart(2)
      await quiet(stage.quiet)
      assert.deepEqual([stopped.report.starts().length, registered.report.starts().length], [1, 0], 'no process of the others')
      await stage.seenDown(stopped)
      await stage.seenDown(registered)
      await stage.manager.start('b')
      await stage.seenUp(registered)
    },
    {needs},
  )

  check(
    'what was installed without enable runs now, and not after a reboot',
    async (stage) => {
      const service = stage.service('a')
      await stage.manager.install(service.spec, {enable: false, start: true})
      await stage.seenUp(service)
      const status = await stage.manager.status('a')
      assert.equal('enabled' in status && status.enabled, false, 'the status says that it does not come back')
      const other = await stage.running('b')
      await stage.reboot()
      await other.report.nthStart(2)
      await quiet(stage.quiet)
      assert.equal(service.report.starts().length, 1, 'no second process')
      await stage.seenDown(service)
    },
    {needs},
  )
}
