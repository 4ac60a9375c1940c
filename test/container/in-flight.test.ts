import {expect} from 'chai'
import {setTimeout as delay} from 'node:timers/promises'

import type {Container} from '../support/container.js'
import {containers} from '../support/containers.js'
import {dockerOk, type Result} from '../support/docker.js'
import {gatewaysIn, settled, type Expected} from '../support/slots.js'

const PROFILES = ['first', 'second']

/** The container dies, or is told to end, while `gateway start` and `gateway stop` are at work. */
describe('a container that ends while verbs are in flight', function () {
  this.timeout(120_000)
  const {run, volume} = containers()
  let container: Container

  const intents = async (): Promise<Record<string, string>> => {
    const paths = PROFILES.map((name) => `/opt/data/profiles/${name}/gateway_intent.json`)
    const texts = await Promise.all(paths.map((path) => container.exec(['cat', path])))
    return Object.fromEntries(PROFILES.map((name, index) => [name, texts[index]!.json().desired_state]))
  }

  /** One `start` and one `stop`, the other way round each time. */
  async function verbs(): Promise<Array<Promise<Result>>> {
    const now = await intents()
    return PROFILES.map((name) => container.hermes('gateway', now[name] === 'running' ? 'stop' : 'start', name))
  }

  /** Exactly what the intents say, each once, and the verbs work on. */
  async function asIntended(): Promise<void> {
    const now = await intents()
    const expected: Expected = {
      down: ['default', ...PROFILES.filter((name) => now[name] === 'stopped')],
      up: PROFILES.filter((name) => now[name] === 'running'),
    }
    await settled(container, expected)
    expect((await gatewaysIn(container)).sort()).to.deep.equal(expected.up)
  }

  before(async () => {
    container = await run({command: ['sleep', 'infinity'], volume: await volume()})
    const made = await container.sh('hermes profile create first && hermes profile create second && hermes gateway start first second', {
      user: 'hermes',
    })
    expect(made.code, made.stdout + made.stderr).to.equal(0)
    expect((await container.hermes('gateway', 'stop', 'second')).code).to.equal(0)
  })

  for (const moment of [100, 300, 450, 600, 900]) {
    it(`killed after ${moment} ms`, async () => {
      const running = await verbs()
      await delay(moment)
      await container.kill()
      await Promise.all(running)
      await container.start()
      await asIntended()
    })
  }

  it('killed when the intent is written and nothing is done about it yet', async () => {
    const intent = '/opt/data/profiles/first/gateway_intent.json'
    await container.sh(`cp ${intent} /tmp/before`)
    const changed = container.sh(`while cmp -s ${intent} /tmp/before; do :; done`)
    const was = await intents()
    const running = await verbs()
    await changed
    await container.kill()
    await Promise.all(running)
    await container.start()
    expect((await intents()).first).not.to.equal(was.first)
    await asIntended()
  })

  for (const moment of [200, 500, 800]) {
    it(`told to restart after ${moment} ms`, async () => {
      const running = await verbs()
      await delay(moment)
      await container.restart()
      await Promise.all(running)
      await asIntended()
    })
  }

  it('is started, and the verbs come before it has booted', async () => {
    const wanted = await intents()
    await container.kill()
    await dockerOk(['start', container.name])
    const results = await Promise.all(
      PROFILES.map((name) => container.hermes('gateway', wanted[name] === 'running' ? 'stop' : 'start', name)),
    )
    for (const {code, stderr} of results) expect(code, stderr).to.equal(0)
    await asIntended()
  })
})
