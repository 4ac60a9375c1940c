import {expect} from 'chai'

import type {Container} from '../support/container.js'
import {containers} from '../support/containers.js'
import type {Result} from '../support/docker.js'

/** The restart tests of the Python project, step by step as they are there, but that they share one restart. */
describe('the flow of the restart tests this image is made for', function () {
  this.timeout(120_000)
  const {run, volume} = containers()
  let container: Container
  let log: string

  const exec = (...args: string[]): Promise<Result> => container.exec(args, {user: 'hermes'})
  const sh = (script: string): Promise<Result> => container.sh(script, {user: 'hermes'})
  const ok = async (result: Promise<Result>): Promise<string> => {
    const {code, stderr, stdout} = await result
    expect(code, stderr).to.equal(0)
    return stdout
  }

  const up = (name: string): Promise<unknown> =>
    container.waitFor(`gateway-${name} is up`, async () =>
      (await sh(`/command/s6-svstat /run/service/gateway-${name}`)).stdout.includes('up '),
    )

  const mentions = (name: string): Promise<string> =>
    container.waitFor(`the boot log mentions ${name}`, async () => {
      const {stdout} = await sh('cat /opt/data/logs/container-boot.log')
      return stdout.includes(`profile=${name}`) && stdout
    })

  const stamp = (name: string, state: string): Promise<string> =>
    ok(sh(`echo '{"gateway_state": "${state}", "timestamp": 1}' > /opt/data/profiles/${name}/gateway_state.json`))

  before(async () => {
    container = await run({command: ['sleep', 'infinity'], volume: await volume(), waitForBoot: false})
    await mentions('default')

    await ok(exec('hermes', 'profile', 'create', 'coder'))
    await ok(exec('hermes', '-p', 'coder', 'gateway', 'start'))
    await up('coder')
    await stamp('coder', 'running')

    await ok(exec('hermes', 'profile', 'create', 'writer'))
    await stamp('writer', 'stopped')

    await ok(exec('hermes', 'profile', 'create', 'ghost'))
    await stamp('ghost', 'stopped')
    await ok(sh(`cd /opt/data/profiles/ghost; echo '{"pid": 99999, "host": "old"}' > gateway.pid; echo '[]' > processes.json`))

    await ok(exec('hermes', 'profile', 'create', 'live'))
    await ok(exec('hermes', '-p', 'live', 'gateway', 'start'))
    await up('live')
    await container.waitFor('live says that it runs', async () =>
      (await sh('cat /opt/data/profiles/live/gateway_state.json')).stdout.includes('"running"'),
    )

    await ok(sh('rm /opt/data/logs/container-boot.log'))
    await container.restart()
    await mentions('writer')
    log = await mentions('live')
  })

  const line = (name: string): string => log.split('\n').find((text) => text.includes(` profile=${name} `))!

  for (const name of ['coder', 'live']) {
    it(`starts ${name} again, with no down marker`, async () => {
      expect(line(name)).to.include('action=started')
      await ok(sh(`test -d /run/service/gateway-${name}`))
      expect((await sh(`test -f /run/service/gateway-${name}/down`)).code).to.equal(1)
      await up(name)
    })
  }

  it('has a slot for what was stopped, with a down marker', async () => {
    expect(line('writer')).to.include('action=registered')
    await ok(sh('test -d /run/service/gateway-writer && test -f /run/service/gateway-writer/down'))
  })

  it('has swept the stale runtime files', async () => {
    await mentions('ghost')
    for (const file of ['gateway.pid', 'processes.json'])
      expect((await sh(`test -f /opt/data/profiles/ghost/${file}`)).code, file).to.equal(1)
  })
})
