import assert from 'node:assert/strict'

import type {Kit} from './kit.js'
import {refused} from './wait.js'

export function readiness({check}: Kit): void {
  const needs = 'readiness'

  for (const verb of ['install', 'start', 'restart'] as const) {
    check(
      `${verb} returns only once the program is ready`,
      async (stage) => {
        const service = stage.service('a', ['ready-when=GATE'])
        if (verb !== 'install') await stage.manager.install(service.spec, {start: false})
        const act = () => (verb === 'install' ? stage.manager.install(service.spec, {start: true}) : stage.manager[verb]('a'))
        let returned = false
        const running = act().then(() => {
          returned = true
        })
        running.catch(() => {})
        const {pid} = await service.report.nthStart(1)
        const status = await stage.settles('a', 'starting')
        assert.ok(status.pid === undefined || status.pid === pid, 'starting, with the true pid if with any')
        assert.equal(returned, false, 'it waits')
        service.report.openGate()
        await running
        assert.ok(service.report.has('ready', pid), 'it was ready when the verb returned')
        await stage.seenUp(service)
      },
      {needs},
    )
  }

  check(
    'the status says that it is ready',
    async (stage) => {
      await stage.running('a')
      const status = await stage.manager.status('a')
      assert.equal(status.state === 'running' && status.ready, true)
    },
    {needs},
  )

  check(
    'a program that is never ready is an error at the deadline, and can be stopped',
    async (stage) => {
      const service = stage.service('a', ['never-ready'], {startSeconds: 1})
      await stage.manager.install(service.spec, {start: false})
      const asked = Date.now()
      await refused('start', stage.manager.start('a'), 'timeout', 'failed-to-start')
      // Loaded machines are slow, but a deadline of one second is not one of five.
      assert.ok(Date.now() - asked < 1000 + stage.patience / 3, `given up after ${Date.now() - asked} ms`)
      await stage.manager.stop('a')
      await stage.seenDown(service)
    },
    {needs},
  )

  check(
    'a program that ends before it is ready is an error with a reason',
    async (stage) => {
      const service = stage.service('a', ['life=exit:78'])
      await stage.manager.install(service.spec, {start: false})
      await refused('start', stage.manager.start('a'), 'failed-to-start')
      assert.deepEqual(service.report.live(), [])
    },
    {needs},
  )

  check('a program that says nothing about readiness is up when it runs', async (stage) => {
    const {spec} = await stage.running('a', ['never-ready'], {readiness: 'none'})
    const status = await stage.manager.status(spec.id)
    assert.notEqual(status.state === 'running' && status.ready, false, 'ready is true or not known')
  })
}
