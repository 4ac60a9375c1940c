import {expect} from 'chai'

import {containers} from '../support/containers.js'
import {dockerOk} from '../support/docker.js'
import {draining, STUBBORN} from '../support/programs.js'
import {putFiles} from '../support/put-files.js'

/** More than anything here may take: who waits for it has waited for the engine's kill. */
const DEADLINE = 60

describe('the end of a container', function () {
  this.timeout(180_000)
  const {create, run, volume} = containers()

  async function timed<T>(work: () => Promise<T>): Promise<{seconds: number; value: T}> {
    const began = performance.now()
    const value = await work()
    return {seconds: (performance.now() - began) / 1000, value}
  }

  it('lets every gateway drain, kills the one that does not, and takes no longer', async () => {
    const home = await volume()
    const container = await run({volume: home})
    const programs = {drains: draining(2), quick: draining(), stubborn: STUBBORN}
    for (const [name, program] of Object.entries(programs)) await container.hermes('profile', 'create', name, '--command', program)
    const config = JSON.stringify({gateway: {command: STUBBORN, drain_timeout: 1}})
    await container.sh('cat >/opt/data/profiles/stubborn/config.yaml', {input: config, user: 'hermes'})
    const started = await container.hermes('gateway', 'start', '--all')
    expect(started.code, started.stderr).to.equal(0)

    const {seconds} = await timed(() => container.stop({seconds: DEADLINE}))
    expect(seconds).to.be.within(1.9, 12)
    expect((await container.inspect()).State).to.include({ExitCode: 0, OOMKilled: false})
    const log = await container.logs()
    expect(log)
      .to.match(/^drains: last words$/m)
      .and.match(/^quick: last words$/m)
      .and.match(/^stubborn: not yet$/m)

    const names = ['drains', 'quick', 'stubborn']
    const second = await run({env: {HERMES_RECONCILE: 'off'}, volume: home, waitForBoot: false})
    const {stdout} = await second.waitFor('it can be looked into', async () => {
      const files = names.map((name) => `/opt/data/profiles/${name}/gateway_state.json /opt/data/logs/gateways/${name}/current`).join(' ')
      const shown = await second.sh(`tail -n 100 ${files}`, {user: 'hermes'})
      return shown.code === 0 && shown
    })
    for (const name of names) {
      const state = stdout.slice(stdout.indexOf(`${name}/gateway_state.json`))
      expect(/"gateway_state": "(\w+)"/.exec(state)?.[1], name).to.equal('running')
      const current = stdout.slice(stdout.indexOf(`logs/gateways/${name}/current`))
      expect(current, name).to.match(name === 'stubborn' ? /^\S+ \S+ {2}not yet$/m : /^\S+ \S+ {2}last words$/m)
    }
  })

  it('is quick at any moment of the boot', async () => {
    const container = await create({waitForBoot: false})
    for (const milliseconds of [0, 50, 100, 200, 400, 800]) {
      await container.start()
      // What comes before the first process is there is lost in every image.
      await container.exec(['true'])
      await new Promise((resolve) => {
        setTimeout(resolve, milliseconds)
      })
      const {seconds} = await timed(() => container.stop({seconds: DEADLINE}))
      expect(seconds, `${milliseconds} ms after the start`).to.be.below(10)
      expect((await container.inspect()).State.ExitCode, `${milliseconds} ms after the start\n${await container.logs()}`).to.equal(0)
    }
  })

  it('is quick while it stands by for the volume, and while a script of the boot takes its time', async () => {
    const home = await volume()
    await run({volume: home})
    const standby = await run({volume: home, waitForBoot: false})
    await standby.waitFor('it stands by', async () => (await standby.logs()).includes('another container supervises'))

    const slow = await create()
    await putFiles(slow, '/etc/cont-init.d', {'00-slow': '#!/bin/sh\necho begun\nsleep 1000\n'})
    await dockerOk(['start', slow.name])
    await slow.waitFor('the script runs', async () => (await slow.logs()).includes('begun'))

    for (const container of [standby, slow]) {
      const {seconds} = await timed(() => container.stop({seconds: DEADLINE}))
      expect(seconds).to.be.below(10)
      expect((await container.inspect()).State.ExitCode).to.equal(0)
    }

    expect(await slow.logs()).not.to.include('failed')
  })
})
