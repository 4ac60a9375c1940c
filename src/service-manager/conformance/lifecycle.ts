import assert from 'node:assert/strict'

import type {Kit} from './kit.js'
import {quiet} from './wait.js'

export function lifecycle({check}: Kit): void {
  check('install without start registers, and no process is ever started', async (stage) => {
    const service = stage.service('a')
    const result = await stage.manager.install(service.spec, {start: false})
    assert.deepEqual(result, {change: 'created', restartDue: false})
    await stage.seenDown(service)
    await quiet(stage.quiet)
    assert.deepEqual(service.report.starts(), [])
  })

  check('install with start brings it up', async (stage) => {
    const service = stage.service('a')
    const result = await stage.manager.install(service.spec, {start: true})
    assert.deepEqual(result, {change: 'created', restartDue: false})
    await stage.seenUp(service)
  })

  check('start brings up what was registered', async (stage) => {
    const service = stage.service('a')
    await stage.manager.install(service.spec, {start: false})
    await stage.manager.start('a')
    await stage.seenUp(service)
  })

  check('the program gets its arguments, environment and working directory', async (stage) => {
    const {process: seen, report, spec} = await stage.running('a', ['one', 'two'], {environment: {PROBE_ID: 'a', PROBE_MORE: 'yes'}})
    assert.deepEqual(seen.argv, [report.path, 'one', 'two'])
    assert.deepEqual(seen.environment, {PROBE_ID: 'a', PROBE_MORE: 'yes'})
    assert.equal(seen.cwd, spec.workingDirectory)
  })

  check("the caller's environment does not reach the program", async (stage) => {
    process.env.PROBE_CALLER = 'leaked'
    try {
      const {process: seen} = await stage.running('a')
      assert.equal(seen.environment.PROBE_CALLER, undefined)
    } finally {
      delete process.env.PROBE_CALLER
    }
  })

  check('stop returns when the process has ended, after one SIGTERM', async (stage) => {
    // So that a stop that does not wait is always seen.
    const service = await stage.running('a', ['linger=300'])
    await stage.manager.stop('a')
    assert.deepEqual(service.report.live(), [], 'it has ended when stop returns')
    await stage.seenDown(service)
    const signals = service.report.events().filter((one) => one.event === 'signal')
    assert.deepEqual(
      signals.map((one) => one.signal),
      ['SIGTERM'],
    )
  })

  check('start after stop gives a new process', async (stage) => {
    const service = await stage.running('a')
    await stage.manager.stop('a')
    await stage.manager.start('a')
    const second = await stage.seenUp(service)
    assert.notEqual(second.pid, service.process.pid)
  })

  check('restart gives a new process, and the old one has ended', async (stage) => {
    const service = await stage.running('a')
    await stage.manager.restart('a')
    const second = await stage.seenUp(service)
    assert.notEqual(second.pid, service.process.pid)
    assert.equal(service.report.starts().length, 2)
  })

  check('restart starts what was down', async (stage) => {
    const service = stage.service('a')
    await stage.manager.install(service.spec, {start: false})
    await stage.manager.restart('a')
    await stage.seenUp(service)
  })

  check('a verb on one service leaves the others alone', async (stage) => {
    const others = [await stage.running('a'), await stage.running('a-b'), await stage.running('ab')]
    await stage.running('a_b')
    await stage.manager.restart('a_b')
    await stage.manager.stop('a_b')
    await stage.manager.uninstall('a_b')
    for (const other of others) assert.equal((await stage.seenUp(other)).pid, other.process.pid)
    await stage.manager.uninstall('a')
    for (const other of others.slice(1)) assert.equal((await stage.seenUp(other)).pid, other.process.pid)
  })
}
