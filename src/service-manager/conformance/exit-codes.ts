import assert from 'node:assert/strict'

import type {Kit} from './kit.js'
import {quiet, refused, until} from './wait.js'

/** One table for every backend: 0 stay down, 75 restart at once, 78 never restart, anything else restart with a limit. */
export function exitCodes({check}: Kit): void {
  const needs = 'exitCodes'

  // What `exitCodes: 'none'` promises, too.
  check('exit code 0: it stays down', async (stage) => {
    const service = await stage.running('a')
    service.report.command({exit: 0})
    await service.report.gone()
    await stage.settles('a', 'stopped')
    await quiet(stage.quiet)
    assert.equal(service.report.starts().length, 1, 'no second process')
    await stage.seenDown(service)
  })

  for (const code of [75, 1]) {
    check(`exit code ${code}: it is restarted`, async (stage) => {
      const service = await stage.running('a')
      service.report.command({exit: code})
      const second = await service.report.nthStart(2)
      await stage.settles('a', 'running')
      assert.equal((await stage.seenUp(service)).pid, second.pid)
    })
  }

  check(
    'exit code 78: it stays down and is failed',
    async (stage) => {
      const service = await stage.running('a')
      service.report.command({exit: 78})
      await service.report.gone()
      const {because, exitCode} = await stage.settles('a', 'failed')
      assert.notEqual(because.trim(), '')
      if (exitCode !== undefined) assert.equal(exitCode, 78)
      await quiet(stage.quiet)
      assert.equal(service.report.starts().length, 1, 'no second process')
      await stage.seenDown(service, 'failed')
    },
    {needs},
  )

  check(
    'a crash loop ends, and is failed',
    async (stage) => {
      const service = stage.service('a', ['life=exit:1'], {readiness: 'none'})
      await stage.manager.install(service.spec, {start: false})
      await stage.manager.start('a').catch(() => {})
      await service.report.nthStart(2)
      await stage.settles('a', 'failed')
      const starts = service.report.starts().length
      await quiet(stage.quiet)
      assert.equal(service.report.starts().length, starts, 'no further process')
      await stage.seenDown(service, 'failed')
    },
    {needs},
  )

  check(
    'a restart that ends in a failure is reported with a reason',
    async (stage) => {
      await stage.running('a', ['life=stay,exit:78'])
      await refused('restart', stage.manager.restart('a'), 'failed-to-start', 'timeout')
      const {because} = await stage.settles('a', 'failed')
      assert.notEqual(because.trim(), '', 'failed, and why')
    },
    {needs},
  )

  check(
    'a failed service can be started again, stopped, and removed',
    async (stage) => {
      const service = await stage.running('a', ['life=stay,stay,exit:78'])
      service.report.command({exit: 78})
      await stage.settles('a', 'failed')
      await stage.manager.start('a')
      await stage.seenUp(service)
      await stage.manager.restart('a').catch(() => {})
      await stage.settles('a', 'failed')
      await stage.manager.stop('a')
      await until('it is stopped', stage.patience, async () => (await stage.manager.status('a')).state === 'stopped')
      await stage.manager.uninstall('a')
      await stage.seenDown(service, 'absent')
    },
    {needs},
  )
}
