import assert from 'node:assert/strict'

import type {Kit} from './kit.js'
import {quiet, refused} from './wait.js'

export function removal({check}: Kit): void {
  check('uninstall of a running service leaves no process and no definition', async (stage) => {
    const service = await stage.running('a')
    await stage.manager.uninstall('a')
    await stage.seenDown(service, 'absent')
    assert.deepEqual(await stage.manager.list(), [])
    await refused('start after uninstall', stage.manager.start('a'), 'not-registered')
  })

  check('uninstall leaves no process of a program that ignores SIGTERM', async (stage) => {
    const service = await stage.running('a', ['stubborn'], {stopSeconds: 1})
    await stage.manager.uninstall('a')
    await stage.seenDown(service, 'absent')
  })

  check('an id can be installed again after uninstall', async (stage) => {
    const first = await stage.running('a')
    await stage.manager.uninstall('a')
    const second = stage.service('a', ['second'])
    const {change} = await stage.manager.install(second.spec, {start: true})
    assert.equal(change, 'created')
    await stage.seenUp(second)
    assert.deepEqual(first.report.live(), [])
  })

  check('uninstall between two restarts leaves nothing that comes back', async (stage) => {
    const service = stage.service('a', ['life=exit:1'], {readiness: 'none'})
    await stage.manager.install(service.spec, {start: false})
    await stage.manager.start('a').catch(() => {})
    await service.report.nthStart(1)
    await stage.manager.uninstall('a')
    await stage.seenDown(service, 'absent')
    const starts = service.report.starts().length
    await quiet(stage.quiet)
    assert.equal(service.report.starts().length, starts, 'no further process')
  })
}
