import {expect} from 'chai'
import {setTimeout as delay} from 'node:timers/promises'

import type {Container} from '../support/container.js'
import {containers} from '../support/containers.js'
import {dockerOk} from '../support/docker.js'
import {gatewaysIn, lastBoot, processesIn, settled} from '../support/slots.js'

const FLEET = {down: ['never', 'stopped'], up: ['default', 'plain', 'program', 'slow']}
const ALL = [...FLEET.up, ...FLEET.down].sort()

/** Nothing here writes a state or an intent but hermes. */
const SET_UP = `set -e
hermes profile create plain
hermes profile create program --command 'exec sleep 1000001'
hermes profile create slow --command 'trap "sleep 1; exit" TERM; while :; do sleep 1000002 & wait; done'
hermes profile create stopped --command 'exec sleep 1000003'
hermes profile create never
hermes gateway start default plain program slow stopped
hermes gateway stop stopped`

/** Pids start over in each container: a process is new when its state says that it began later. */
const STATES = `cd /opt/data; for state in gateway_state.json profiles/*/gateway_state.json; do
echo "$state $(sed -n 's/.*"start_time": \\([0-9]*\\).*/\\1/p' "$state")"; done`

describe('what was running comes back', function () {
  this.timeout(180_000)
  const {run, volume} = containers()
  let container: Container
  let home: string
  let began: Record<string, number>

  const startTimes = async (): Promise<Record<string, number>> => {
    const {stdout} = await container.sh(STATES, {user: 'hermes'})
    const lines = stdout.trim().split('\n')
    return Object.fromEntries(
      lines.map((line) => [/(?:profiles\/(\w+)\/)?gateway_state/.exec(line)![1] ?? 'default', Number(line.split(' ')[1])]),
    )
  }

  /** One process for each that is to run, and one program for each that has one. */
  async function oneOfEach(): Promise<void> {
    await settled(container, FLEET)
    expect((await gatewaysIn(container)).sort()).to.deep.equal(FLEET.up)
    const programs = (await processesIn(container)).filter((command) => /^sleep 100000\d$/.test(command)).sort()
    expect(programs).to.deep.equal(['sleep 1000001', 'sleep 1000002'])
  }

  /** All that is to be so after any boot. What was killed while it drained has last said so. */
  async function sameAgain(prior = /^prior_state=running /): Promise<void> {
    await oneOfEach()
    const times = await startTimes()
    for (const name of FLEET.up) expect(times[name], name).to.be.greaterThan(began[name]!)
    began = times
    const boot = await lastBoot(container)
    expect(Object.keys(boot).sort()).to.deep.equal(ALL)
    for (const name of FLEET.up)
      expect(boot[name])
        .to.match(prior)
        .and.match(/ intent=running action=started$/)
    expect(boot.stopped).to.equal('prior_state=stopped intent=stopped action=registered')
    expect(boot.never).to.equal('prior_state=none intent=none action=registered')
    const {code, stdout} = await container.hermes('gateway', 'status', '-p', 'program', '--json')
    expect(code, stdout).to.equal(0)
  }

  before(async () => {
    home = await volume()
    container = await run({command: ['sleep', 'infinity'], volume: home})
    const {code, stderr, stdout} = await container.sh(SET_UP, {user: 'hermes'})
    expect(code, stdout + stderr).to.equal(0)
    await settled(container, FLEET)
    began = await startTimes()
  })

  it('after docker restart', async () => {
    await container.restart()
    await sameAgain()
    expect(await container.logs()).to.include('slow: hermes: gateway of profile slow ends with 1: SIGTERM without a planned stop')
  })

  it('after docker restart that leaves no time to stop', async () => {
    await container.restart({seconds: 0})
    await sameAgain(/^prior_state=(?:draining|running) /)
  })

  it('after docker kill -s KILL and docker start', async () => {
    await container.kill()
    await container.start()
    await sameAgain()
  })

  it('after docker stop and docker start', async () => {
    await container.stop()
    expect((await container.inspect()).State.ExitCode).to.equal(143)
    await container.start()
    await sameAgain()
  })

  for (const moment of [0, 150, 400, 800, 1400]) {
    it(`after the power failed ${moment} ms into a boot`, async () => {
      await container.kill()
      await dockerOk(['start', container.name])
      await delay(moment)
      await container.kill()
      await container.start()
      await oneOfEach()
      // None of it was the gateways' fault, so none of them is made to wait.
      expect(await container.logs()).not.to.include('failed starts')
    })
  }

  // The last one: this container goes with it.
  it('in a new container on the same volume', async () => {
    await container.remove()
    container = await run({args: ['--hostname', 'another'], command: ['sleep', 'infinity'], volume: home})
    await sameAgain()
  })
})
