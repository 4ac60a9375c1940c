import assert from 'node:assert/strict'

import type {Kit} from './kit.js'
import {refused} from './wait.js'

/** Milliseconds by which the clock of a manager may differ from ours: some keep whole seconds. */
const CLOCK = 2000

export function observation({check}: Kit): void {
  check('list has all and only ours, running or not, in byte order', async (stage) => {
    const ids = ['b', '0', 'a_1', 'a', 'a-1', 'default']
    for (const id of ids) await stage.manager.install(stage.service(id).spec, {start: id === 'a'})
    assert.deepEqual(await stage.raw.list(), ['0', 'a', 'a-1', 'a_1', 'b', 'default'])
    await stage.manager.uninstall('a-1')
    assert.deepEqual(await stage.raw.list(), ['0', 'a', 'a_1', 'b', 'default'])
  })

  check('a running service has the true pid and a plausible since', async (stage) => {
    const before = Date.now()
    const {process: seen} = await stage.running('a')
    const status = await stage.manager.status('a')
    assert.ok(status.state === 'running', `it runs: ${JSON.stringify(status)}`)
    assert.equal(status.pid, seen.pid)
    assert.ok(status.since instanceof Date && Number.isFinite(status.since.getTime()), 'since is a time')
    assert.ok(
      status.since.getTime() >= before - CLOCK && status.since.getTime() <= Date.now() + CLOCK,
      `since: ${status.since.toISOString()}`,
    )
  })

  check('since is of this process and not of the one before', async (stage) => {
    await stage.running('a')
    const first = await stage.manager.status('a')
    await stage.manager.restart('a')
    const second = await stage.manager.status('a')
    assert.ok(first.state === 'running' && second.state === 'running')
    assert.ok(second.since.getTime() > first.since.getTime(), 'later than that of the one before')
  })

  check('start enables, stop disables, a stop for a while does not', async (stage) => {
    const enabled = async () => {
      const status = await stage.manager.status('a')
      return 'enabled' in status ? status.enabled : undefined
    }

    await stage.manager.install(stage.service('a').spec, {start: false})
    assert.equal(await enabled(), false, 'registered, down: not enabled')
    await stage.manager.start('a')
    assert.equal(await enabled(), true, 'started: enabled')
    await stage.manager.stop('a', {disable: false})
    assert.equal(await enabled(), true, 'stopped for a while: still enabled')
    await stage.manager.start('a')
    await stage.manager.stop('a')
    assert.equal(await enabled(), false, 'stopped: not enabled')
  })

  check('install with start enables', async (stage) => {
    await stage.running('a')
    const status = await stage.manager.status('a')
    assert.equal('enabled' in status && status.enabled, true)
  })

  check('a program that cannot be run is an error that says so', async (stage) => {
    const {spec} = stage.service('a', [], {command: ['/nonexistent/program'], startSeconds: 1})
    await refused('install', stage.manager.install(spec, {start: true}), 'failed-to-start', 'timeout', 'invalid-spec', 'command-failed')
    await stage.manager.uninstall('a')
    assert.deepEqual(await stage.manager.list(), [])
  })

  check('a second connection sees and steers the same services', async (stage) => {
    const service = await stage.running('a')
    const other = stage.connect()
    assert.deepEqual(await other.list(), ['a'])
    const status = await other.status('a')
    assert.equal(status.state === 'running' && status.pid, service.process.pid)
    await other.stop('a')
    await stage.seenDown(service)
  })

  check('doctor, where there is one, tells a cure with each finding', async ({manager}) => {
    for (const {cure, message, severity} of (await manager.doctor?.()) ?? []) {
      assert.ok(severity === 'error' || severity === 'warning')
      assert.notEqual(message.trim(), '')
      assert.notEqual(cure.trim(), '')
    }
  })
}
