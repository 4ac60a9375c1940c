import assert from 'node:assert/strict'

import type {Kit} from './kit.js'
import {quiet, until} from './wait.js'

export function supervision({check}: Kit): void {
  check('a killed process comes back as a new one', async (stage) => {
    const service = await stage.running('a')
    process.kill(service.process.pid, 'SIGKILL')
    const second = await service.report.nthStart(2)
    assert.notEqual(second.pid, service.process.pid)
    await stage.settles('a', 'running')
    assert.equal((await stage.seenUp(service)).pid, second.pid)
  })

  check('a killed process never shows as running for long', async (stage) => {
    const {process: killed, report} = await stage.running('a')
    process.kill(killed.pid, 'SIGKILL')
    await report.gone()
    await until('the status no longer has the pid of the dead', stage.patience, async () => {
      const status = await stage.manager.status('a')
      return !('pid' in status) || status.pid !== killed.pid
    })
    await report.nthStart(2)
  })

  check('a stopped service stays down', async (stage) => {
    const service = await stage.running('a')
    await stage.manager.stop('a')
    await quiet(stage.quiet)
    assert.equal(service.report.starts().length, 1, 'no second process')
    await stage.seenDown(service)
  })

  check('a service stopped for a while stays down until it is started', async (stage) => {
    const service = await stage.running('a')
    await stage.manager.stop('a', {disable: false})
    await quiet(stage.quiet)
    await stage.seenDown(service)
    await stage.manager.start('a')
    await stage.seenUp(service)
  })

  check('a program that ignores SIGTERM is killed at the stop deadline and not before', async (stage) => {
    const service = await stage.running('a', ['stubborn'], {stopSeconds: 1})
    const asked = Date.now()
    await stage.manager.stop('a')
    const took = Date.now() - asked
    await stage.seenDown(service)
    assert.ok(service.report.has('signal', service.process.pid), 'it was asked with SIGTERM first')
    // Ten milliseconds for two clocks that tick differently.
    assert.ok(took >= 990, `killed after ${took} ms, before the deadline of 1000`)
  })

  check('restart of a program that ignores SIGTERM ends the old process first', async (stage) => {
    const service = await stage.running('a', ['stubborn'], {stopSeconds: 1})
    await stage.manager.restart('a')
    assert.notEqual((await stage.seenUp(service)).pid, service.process.pid)
  })

  check('a program that is slow to end is given its time', async (stage) => {
    const service = await stage.running('a', ['stubborn'])
    const stopping = stage.manager.stop('a')
    await until('it was asked with SIGTERM', stage.patience, () => service.report.has('signal'))
    service.report.command({exit: 0})
    await stopping
    assert.ok(service.report.has('exit', service.process.pid), 'it ended by itself')
    await stage.seenDown(service)
  })
}
