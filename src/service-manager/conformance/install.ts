import assert from 'node:assert/strict'

import type {Kit} from './kit.js'
import {refused} from './wait.js'

export function install({check}: Kit): void {
  check('the same spec twice changes nothing and keeps the process', async (stage) => {
    const service = await stage.running('a')
    const again = await stage.manager.install(service.spec, {start: true})
    assert.deepEqual(again, {change: 'unchanged', restartDue: false})
    assert.equal((await stage.seenUp(service)).pid, service.process.pid)
    assert.equal(service.report.starts().length, 1)
  })

  check('a changed spec replaces the definition and keeps the process until a restart', async (stage) => {
    const service = await stage.running('a')
    const changed = {...service.spec, command: [...service.spec.command, 'changed'] as [string, ...string[]]}
    assert.deepEqual(await stage.manager.install(changed, {start: true}), {change: 'updated', restartDue: true})
    assert.equal((await stage.seenUp(service)).pid, service.process.pid, 'the same process as before')
    const status = await stage.manager.status('a')
    assert.equal('restartDue' in status && status.restartDue, true, 'the status says that a restart is due')

    await stage.manager.restart('a')
    const second = await stage.seenUp(service)
    assert.deepEqual(second.argv.slice(1), ['changed'])
    const settled = await stage.manager.status('a')
    assert.notEqual('restartDue' in settled && settled.restartDue, true, 'the restart is no longer due')
  })

  for (const [what, change] of Object.entries({
    'one variable': {environment: {PROBE_ID: 'other'}},
    'the stop deadline': {stopSeconds: 61},
    'the working directory': {workingDirectory: '/'},
  })) {
    check(`a change of ${what} alone is an update`, async (stage) => {
      const {spec} = stage.service('a')
      await stage.manager.install(spec, {start: false})
      assert.deepEqual(await stage.manager.install({...spec, ...change}, {start: false}), {change: 'updated', restartDue: false})
    })
  }

  check('what is updated while it is down starts in its new form', async (stage) => {
    const service = stage.service('a')
    await stage.manager.install(service.spec, {start: false})
    await stage.manager.install({...service.spec, environment: {PROBE_ID: 'new'}}, {start: false})
    await stage.seenDown(service)
    await stage.manager.start('a')
    const {environment} = await stage.seenUp(service)
    assert.deepEqual(environment, {PROBE_ID: 'new'})
  })

  check('exclusive refuses what is registered, an equal spec too, and changes nothing', async (stage) => {
    const service = await stage.running('a')
    const changed = {...service.spec, description: 'another'}
    for (const spec of [service.spec, changed]) {
      await refused('exclusive install', stage.manager.install(spec, {exclusive: true, start: false}), 'already-registered')
    }

    assert.equal((await stage.seenUp(service)).pid, service.process.pid)
    assert.equal((await stage.manager.install(service.spec, {start: true})).change, 'unchanged')
  })

  check('exclusive registers what is new', async (stage) => {
    const service = stage.service('a')
    const {change} = await stage.manager.install(service.spec, {exclusive: true, start: false})
    assert.equal(change, 'created')
    await stage.seenDown(service)
  })

  check('install without start leaves a running service running', async (stage) => {
    const service = await stage.running('a')
    await stage.manager.install(service.spec, {start: false})
    assert.equal((await stage.seenUp(service)).pid, service.process.pid)
  })

  check('install with start brings up what was stopped', async (stage) => {
    const service = await stage.running('a')
    await stage.manager.stop('a')
    assert.equal((await stage.manager.install(service.spec, {start: true})).change, 'unchanged')
    await stage.seenUp(service)
  })

  check('many at once: each has an answer, in the order of asking, and a bad one stops no other', async (stage) => {
    const [first, last] = [stage.service('z'), stage.service('a')]
    const bad = stage.service('m', [], {environment: {'NO NAME': ''}})
    const requests = [first, bad, last].map(({spec}) => ({options: {start: spec.id === 'z'}, spec}))
    const outcomes = await stage.manager.installMany(requests)
    assert.deepEqual(
      outcomes.map((one) => [one.id, one.ok ? one.result.change : 'refused']),
      [
        ['z', 'created'],
        ['m', 'refused'],
        ['a', 'created'],
      ],
    )
    await stage.settles('z', 'running')
    await stage.seenUp(first)
    await stage.seenDown(last)
    assert.deepEqual(await stage.manager.list(), ['a', 'z'])
    const again = await stage.manager.installMany(requests)
    assert.deepEqual(
      again.map((one) => one.ok && one.result.change),
      ['unchanged', false, 'unchanged'],
    )
  })
}
