import {expect} from 'chai'

import type {Container} from '../support/container.js'
import {containers} from '../support/containers.js'
import {dockerOk, IMAGE} from '../support/docker.js'
import {gatewaysIn, lastBoot, settled} from '../support/slots.js'

const BOOTSTRAP = 'HERMES_GATEWAY_BOOTSTRAP_STATE'

describe('a volume that goes from container to container', function () {
  this.timeout(120_000)
  const {run, volume} = containers()
  let home: string
  let container: Container

  const next = async (env: Record<string, string> = {}, image = IMAGE): Promise<void> => {
    await container?.remove()
    container = await run({env, image, volume: home, waitForBoot: env.HERMES_RECONCILE !== 'off'})
  }

  const up = (...names: string[]) => settled(container, {down: ['coder', 'default'].filter((name) => !names.includes(name)), up: names})

  beforeEach(async () => {
    home = await volume()
    container = await run({volume: home})
    expect((await container.hermes('profile', 'create', 'coder')).code).to.equal(0)
    const {code, stderr} = await container.hermes('gateway', 'start', 'coder')
    expect(code, stderr).to.equal(0)
  })

  it('brings nothing back with HERMES_RECONCILE=off; by hand it does, and without it all is as it was meant', async () => {
    await next({HERMES_RECONCILE: 'off'})
    await container.waitFor('it says so', async () => (await container.logs()).includes('HERMES_RECONCILE'))
    expect((await container.hermes('gateway', 'list')).code).to.equal(0)
    expect(await gatewaysIn(container)).to.deep.equal([])
    const {code, stderr} = await container.hermes('gateway', 'start', 'default')
    expect(code, stderr).to.equal(0)
    expect(await gatewaysIn(container)).to.deep.equal(['default'])
    const second = await run({args: ['--hostname', 'second'], volume: home, waitForBoot: false})
    await second.waitFor('it stands by', async () => (await second.logs()).includes('another container supervises'))
    expect(await gatewaysIn(second)).to.deep.equal([])
    await second.remove()
    await next()
    await up('coder', 'default')
  })

  it('goes on under another tag of the image, with the same intents', async () => {
    const tag = `hermes-test-upgrade:${process.pid}`
    await dockerOk(['tag', IMAGE, tag])
    try {
      await next({}, tag)
      await up('coder')
      const {stdout} = await container.hermes('gateway', 'status', '-p', 'coder', '--json')
      expect(JSON.parse(stdout)).to.include({intent: 'running', state: 'running'})
      await container.remove()
    } finally {
      await dockerOk(['image', 'rm', tag])
    }
  })

  it('is not blank any more: HERMES_GATEWAY_BOOTSTRAP_STATE=running starts nothing that was stopped', async () => {
    expect((await container.hermes('gateway', 'stop', 'default', 'coder')).code).to.equal(0)
    await next({[BOOTSTRAP]: 'running'})
    await up()
    expect((await lastBoot(container)).default).to.include('intent=stopped action=registered')
  })
})

describe('a blank volume', function () {
  this.timeout(60_000)
  const {once, run, volume} = containers()
  const running = {[BOOTSTRAP]: 'running'}

  it('has a default gateway that is down', async () => {
    await settled(await run(), {down: ['default'], up: []})
  })

  it('has one that runs, and goes on to, with HERMES_GATEWAY_BOOTSTRAP_STATE=running', async () => {
    const container = await run({env: running})
    await settled(container, {down: [], up: ['default']})
    expect((await container.hermes('gateway', 'stop')).code).to.equal(0)
    await container.restart()
    await settled(container, {down: ['default'], up: []})
  })

  it('is told of any other value, which is ignored', async () => {
    const values = ['stopped', 'RUNNING', 'running\nprofile=forged']
    await Promise.all(
      values.map(async (value) => {
        const container = await run({env: {[BOOTSTRAP]: value}})
        await settled(container, {down: ['default'], up: []})
        const line = (await container.logs()).split('\n').find((text) => text.includes(`Warning: ${BOOTSTRAP} is ignored`))
        expect(line).to.include(JSON.stringify(value))
        expect((await container.sh('ls /opt/data/gateway_intent.json')).code).not.to.equal(0)
      }),
    )
  })

  it('is not blank with a symlink in the place of state or intent, which nobody follows', async () => {
    const links = [
      ['gateway_state.json', 'canary'],
      ['gateway_state.json', 'nowhere'],
      ['gateway_intent.json', 'nowhere'],
    ]
    await Promise.all(
      links.map(async ([name, target]) => {
        const home = await volume()
        const planted = `cd /opt/data && echo kept > canary && ln -s ${target} ${name}`
        const made = await once({args: ['--entrypoint', 'sh', '--user', 'hermes'], command: ['-c', planted], volume: home})
        expect(made.code, made.stderr).to.equal(0)
        const container = await run({env: running, volume: home})
        await settled(container, {down: ['default'], up: []})
        const {stdout} = await container.sh(`cd /opt/data && cat canary && readlink ${name} && ls nowhere`)
        expect(stdout).to.equal(`kept\n${target}\n`)
      }),
    )
  })
})
