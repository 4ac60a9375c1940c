import {expect} from 'chai'

import type {Container, RunOptions} from '../support/container.js'
import {containers} from '../support/containers.js'
import {dockerOk} from '../support/docker.js'
import {gatewaysIn, processesIn, settled, slots} from '../support/slots.js'

const SET_UP = `set -e
hermes profile create plain
hermes profile create program --command 'exec sleep 1000011'
hermes profile create idle
hermes gateway start plain program`
const UP = ['plain', 'program']
const FLEET = {down: ['default', 'idle'], up: UP}

describe('two containers on one volume', function () {
  this.timeout(120_000)
  const {run, volume} = containers()
  let first: Container
  let second: Container
  let options: RunOptions

  /** The one runs all that is to run, the other nothing. */
  async function runsIn(one: Container, other?: Container): Promise<void> {
    await settled(one, FLEET)
    // The one that hands over `gateway run` looks like one for a moment.
    await one.waitFor('one process each', async () => (await gatewaysIn(one)).sort().join(',') === UP.join(','))
    expect((await processesIn(one)).filter((command) => command === 'sleep 1000011')).to.have.length(1)
    if (other) expect((await processesIn(other)).filter((command) => /run\.js|sleep 1000011/.test(command))).to.deep.equal([])
  }

  const standsBy = (container: Container, name: string, times = 1): Promise<unknown> =>
    container.waitFor(`it names ${name}`, async () => {
      const said = (await container.logs()).match(
        new RegExp(`another container supervises the gateways of this volume: ${name}, since 20`, 'g'),
      )
      return said?.length === times
    })

  before(async () => {
    options = {volume: await volume()}
    first = await run({...options, args: ['--hostname', 'one']})
    const {code, stderr} = await first.sh(SET_UP, {user: 'hermes'})
    expect(code, stderr).to.equal(0)
    second = await run({...options, args: ['--hostname', 'two'], waitForBoot: false})
    await standsBy(second, 'one')
  })

  it('runs nothing in the second', async () => {
    await runsIn(first, second)
    expect(await slots(second)).to.deep.equal({})
  })

  for (const words of [
    'gateway start idle',
    'gateway stop plain',
    'gateway restart plain',
    'gateway run -p idle',
    'profile delete idle --yes',
    'container:reconcile',
    's6 boot',
  ]) {
    it(`refuses ${words} in the second, as root and as hermes, and names the first`, async () => {
      const files = () => first.sh('cat /opt/data/logs/container-boot.log /opt/data/profiles/*/gateway_*.json; ls -a /opt/data/profiles/*')
      const before = (await files()).stdout
      const users = ['root', 'hermes']
      for (const {code, stderr} of await Promise.all(users.map((user) => second.exec(['hermes', ...words.split(' ')], {user})))) {
        expect(code, stderr).to.equal(75)
        expect(stderr).to.include('home-in-use').and.include('host one (')
      }

      expect((await files()).stdout).to.equal(before)
      await runsIn(first, second)
    })
  }

  it('says in the second what runs, and where', async () => {
    const {stdout} = await second.hermes('gateway', 'status', '-p', 'plain', '--json')
    expect(JSON.parse(stdout)).to.include({intent: 'running'})
    expect(stdout).to.include('host one (')
    expect((await second.hermes('container:health')).stdout).to.match(/^unhealthy: standby: .*host one \(/)
  })

  it('leaves the first its volume while that is paused', async () => {
    await dockerOk(['pause', first.name])
    const refused = await second.hermes('gateway', 'start', 'idle')
    await dockerOk(['unpause', first.name])
    expect(refused).to.include({code: 75})
    await runsIn(first, second)
  })

  it('takes over when the first is stopped, and the first then stands by', async () => {
    await first.stop()
    await runsIn(second)
    await dockerOk(['start', first.name])
    await standsBy(first, 'two')
    await runsIn(second, first)
  })

  it('takes over when the other is killed', async () => {
    await second.kill()
    await runsIn(first)
    const {code, stderr} = await first.hermes('gateway', 'restart', 'plain')
    expect(code, stderr).to.equal(0)
  })

  it('takes over when the other is removed: one of those that wait, and only one', async () => {
    await dockerOk(['start', second.name])
    await standsBy(second, 'one', 2)
    const third = await run({...options, args: ['--hostname', 'three'], command: ['-p', 'plain', 'gateway', 'run'], waitForBoot: false})
    await standsBy(third, 'one')
    await first.remove()
    const running = await third.waitFor('one of them runs them', async () => {
      for (const each of [second, third]) if ((await gatewaysIn(each)).length > 0) return each
    })
    const waiting = running === second ? third : second
    await runsIn(running, waiting)
    await running.kill()
    await runsIn(waiting)
    await waiting.stop()
    expect((await waiting.inspect()).State.ExitCode).to.equal(0)
  })

  it('ends the wait of one that stands by, with 0', async () => {
    const one = await run({...options, args: ['--hostname', 'four']})
    for (const command of [[], ['gateway', 'run']]) {
      const waiting = await run({...options, command, waitForBoot: false})
      await standsBy(waiting, 'four')
      const began = Date.now()
      await waiting.stop()
      expect(Date.now() - began).to.be.below(8000)
      expect((await waiting.inspect()).State.ExitCode, command.join(' ')).to.equal(0)
      expect(await waiting.logs()).not.to.match(/fatal|is running/)
    }

    await runsIn(one)
  })

  it('gives a blank volume to one of two that are started at once', async () => {
    const blank = {env: {HERMES_GATEWAY_BOOTSTRAP_STATE: 'running'}, volume: await volume(), waitForBoot: false}
    const both = await Promise.all([run(blank), run(blank)])
    await both[0].waitFor('one runs the default gateway', async () => {
      const seen = await Promise.all(both.map((each) => gatewaysIn(each)))
      return seen.flat().length === 1
    })
    await both[0].waitFor('the other one says so', async () => {
      const told = await Promise.all(both.map((each) => each.logs()))
      return told.filter((text) => text.includes('another container supervises')).length === 1
    })
    expect((await Promise.all(both.map((each) => gatewaysIn(each)))).flat()).to.deep.equal(['default'])
  })
})
