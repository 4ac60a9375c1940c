import assert from 'node:assert/strict'

import {isServiceManagerError} from '../errors.js'
import type {Kit} from './kit.js'
import type {Service, Stage} from './stage.js'
import {quiet} from './wait.js'

const TIMES = 5
const times = <T>(act: (index: number) => Promise<T>): Promise<T[]> => Promise.all(Array.from({length: TIMES}, (_, index) => act(index)))

/** Another process may come a little later than the first. */
async function onlyOne(stage: Stage, service: Service): Promise<void> {
  await stage.seenUp(service)
  await quiet(stage.quiet)
  await stage.seenUp(service)
  assert.equal(service.report.starts().length, 1, 'there was never another process')
}

export function concurrency({check}: Kit): void {
  check('many starts at once give one process', async (stage) => {
    const service = stage.service('a')
    await stage.manager.install(service.spec, {start: false})
    const connections = Array.from({length: TIMES}, () => stage.connect())
    await times((index) => connections[index]!.start('a'))
    await onlyOne(stage, service)
  })

  check('many installs of one spec at once give one definition and one process', async (stage) => {
    const service = stage.service('a')
    const results = await times(() => stage.connect().install(service.spec, {start: true}))
    assert.ok(
      results.every(({change}) => change === 'created' || change === 'unchanged'),
      JSON.stringify(results),
    )
    assert.deepEqual(await stage.manager.list(), ['a'])
    await onlyOne(stage, service)
  })

  check('of many exclusive installs at once exactly one wins', async (stage) => {
    const service = stage.service('a')
    const outcomes = await Promise.allSettled(
      Array.from({length: TIMES}, () => stage.connect().install(service.spec, {exclusive: true, start: false})),
    )
    const lost = outcomes.filter((one) => one.status === 'rejected')
    assert.equal(lost.length, TIMES - 1, JSON.stringify(outcomes))
    for (const {reason} of lost) {
      assert.ok(isServiceManagerError(reason) && reason.code === 'already-registered', String(reason))
    }

    assert.deepEqual(await stage.manager.list(), ['a'])
  })

  check('many stops at once are one stop', async (stage) => {
    const service = await stage.running('a')
    await times(() => stage.connect().stop('a'))
    await stage.seenDown(service)
  })

  check('many uninstalls at once remove it', async (stage) => {
    const service = await stage.running('a')
    await times(() => stage.connect().uninstall('a'))
    await stage.seenDown(service, 'absent')
    assert.deepEqual(await stage.manager.list(), [])
  })

  check('services that start and stop at once do not disturb each other', async (stage) => {
    const services = ['a', 'b', 'c', 'd'].map((id) => stage.service(id))
    await Promise.all(services.map(({spec}) => stage.manager.install(spec, {start: true})))
    await Promise.all([stage.manager.stop('a'), stage.manager.restart('b'), stage.manager.uninstall('c')])
    await stage.seenDown(services[0]!)
    await stage.seenUp(services[1]!)
    await stage.seenDown(services[2]!, 'absent')
    await stage.seenUp(services[3]!)
    assert.deepEqual(await stage.manager.list(), ['a', 'b', 'd'])
  })
}
