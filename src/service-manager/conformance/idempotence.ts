import assert from 'node:assert/strict'

import type {Kit} from './kit.js'
import type {Service, Stage} from './stage.js'
import {refused, until} from './wait.js'

/** How to get a service into a state. */
const STATES: Readonly<Record<string, (stage: Stage) => Promise<Service>>> = {
  async stopped(stage) {
    const service = await stage.running('a')
    await stage.manager.stop('a')
    return service
  },
  async registered(stage) {
    const service = stage.service('a')
    await stage.manager.install(service.spec, {start: false})
    return service
  },
  running: (stage) => stage.running('a'),
}

const VERBS: Readonly<Record<string, (stage: Stage, service: Service) => Promise<unknown>>> = {
  start: ({manager}) => manager.start('a'),
  stop: ({manager}) => manager.stop('a'),
  uninstall: ({manager}) => manager.uninstall('a'),
  install: ({manager}, {spec}) => manager.install(spec, {start: false}),
}

/** All that can be seen, by the kernel and by the backend. */
async function picture({manager, patience}: Stage, {report}: Service): Promise<object> {
  const status = await manager.status('a')
  // Where nothing is known of readiness a program may run and not have said so yet.
  if ('pid' in status) await until('the running program has begun', patience, () => report.live().some(({pid}) => pid === status.pid))
  const enabled = 'enabled' in status && status.enabled
  return {enabled, list: await manager.list(), pids: report.live().map(({pid}) => pid), starts: report.starts().length, state: status.state}
}

export function idempotence({check}: Kit): void {
  for (const [state, reach] of Object.entries(STATES)) {
    for (const [verb, act] of Object.entries(VERBS)) {
      check(`${verb} twice is ${verb} once, from ${state}`, async (stage) => {
        const service = await reach(stage)
        await act(stage, service)
        const once = await picture(stage, service)
        await act(stage, service)
        assert.deepEqual(await picture(stage, service), once)
      })
    }
  }

  for (const verb of ['start', 'stop', 'restart'] as const) {
    check(`${verb} of the unknown is refused as not registered`, async ({manager}) => {
      await refused(verb, manager[verb]('nobody'), 'not-registered')
      assert.deepEqual(await manager.list(), [])
    })
  }

  check('uninstall of the unknown is success', async ({manager}) => {
    await manager.uninstall('nobody')
    assert.deepEqual(await manager.list(), [])
  })

  check('status of the unknown is absent', async ({manager}) => {
    assert.deepEqual(await manager.status('nobody'), {state: 'absent'})
  })
}
