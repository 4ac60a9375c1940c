import {ServiceManagerError, type ServiceStatus} from '@hermes-cli/service-manager'
import {expect} from 'chai'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {examineFleet, type Examined} from '#hermes/gateway/examine.js'
import {fleetVerdict, gatewayHealth, type GatewayHealth, type Supervision} from '#hermes/gateway/fleet-health.js'
import type {GatewayStatus} from '#hermes/gateway/status.js'

import {cleanUpDirectories, temporaryDirectory} from '../../support/directories.js'
import {seedProfile} from '../../support/homes.js'

const NOW = new Date('2026-01-02T03:04:05.000Z')
const ago = (seconds: number): string => new Date(NOW.getTime() - seconds * 1000).toISOString()

describe('The health of one gateway that is meant to run', () => {
  const table: Array<[string, Partial<GatewayStatus>, GatewayHealth['health']]> = [
    ['running', {state: 'running'}, 'up'],
    ['running after failed starts', {failures: 3, state: 'running'}, 'up'],
    ['degraded', {state: 'degraded'}, 'up'],
    ['draining', {state: 'draining'}, 'up'],
    ['running outside the manager', {state: 'foreground'}, 'up'],
    ['failed', {state: 'failed'}, 'failed'],
    ['stopped', {state: 'stopped'}, 'down'],
    ['unknown', {state: 'unknown'}, 'down'],
    ['not registered', {state: 'absent'}, 'down'],
    ['starting, within its time', {since: ago(60), state: 'starting'}, 'starting'],
    ['starting, beyond its time', {since: ago(61), state: 'starting'}, 'down'],
    ['starting, nobody knows since when', {since: null, state: 'starting'}, 'starting'],
    ['starting, since a time that is none', {since: 'long ago', state: 'starting'}, 'starting'],
    ['starting again after one death', {failures: 1, since: ago(1), state: 'starting'}, 'starting'],
    ['starting in a crash loop', {failures: 2, since: ago(1), state: 'starting'}, 'down'],
  ]
  for (const [what, seen, expected] of table) {
    it(`${what}: ${expected}`, () => {
      const status = {failures: 0, profile: 'coder', reason: null, since: null, ...seen} as GatewayStatus
      const {health, profile, reason} = gatewayHealth(status, 60, NOW)
      expect([profile, health]).to.deep.equal(['coder', expected])
      if (seen.state === 'starting') expect(reason === null).to.equal(expected === 'starting')
    })
  }
})

describe('The health of a container', () => {
  const here: Supervision = {by: 's6', is: 'here'}
  const of = (...all: Array<GatewayHealth['health']>): GatewayHealth[] =>
    all.map((health) => ({health, profile: health, reason: null, state: 'unknown'}))
  const table: Array<[string, Supervision, GatewayHealth[], boolean, RegExp]> = [
    ['nobody supervises', {because: 's6: no live scandir', is: 'none'}, of(), false, /^no supervision tree .* no live scandir$/],
    ['nobody supervises what runs all the same', {because: 'x', is: 'none'}, of('up'), false, /^no supervision tree/],
    [
      'another container supervises',
      {because: 'web-1 holds the lease', is: 'elsewhere'},
      of(),
      false,
      /^standby: supervised elsewhere: web-1/,
    ],
    ['nothing is meant to run', here, of(), true, /^no gateway is meant to run/],
    ['all are up', here, of('up', 'up'), true, /^of 2 .*: 2 up$/],
    ['one is starting', here, of('up', 'starting'), true, /: 1 up, 1 starting$/],
    ['all are starting', here, of('starting'), true, /: 1 starting$/],
    ['one is down', here, of('up', 'down'), false, /: 1 up, 1 down$/],
    ['one has failed for good', here, of('up', 'failed'), true, /: 1 up, 1 failed$/],
    ['one has failed for good and one starts', here, of('starting', 'failed'), true, /: 1 starting, 1 failed$/],
    ['all have failed for good', here, of('failed', 'failed'), false, /: 2 failed$/],
    ['one has failed for good and one is down', here, of('failed', 'down', 'up'), false, /: 1 up, 1 down, 1 failed$/],
  ]
  for (const [what, supervision, wanted, healthy, reason] of table) {
    it(`${what}: ${healthy ? 'healthy' : 'unhealthy'}`, () => {
      const verdict = fleetVerdict(supervision, wanted)
      expect(verdict.healthy).to.equal(healthy)
      expect(verdict.reason).to.match(reason)
    })
  }
})

describe('Looking at every gateway that is meant to run', () => {
  cleanUpDirectories()

  /** `states` by profile: what the service manager says. */
  async function examined(home: string, states: Record<string, Error | ServiceStatus>): Promise<Examined & {asked: string[]}> {
    const asked: string[] = []
    const status = async (id: string): Promise<ServiceStatus> => {
      asked.push(id)
      const now = states[id] ?? {state: 'absent'}
      if (now instanceof Error) throw now
      return now
    }

    return {...(await examineFleet({home, manager: {status}, now: () => NOW, startSeconds: async () => 60})), asked}
  }

  it('asks about no other, and loses none whose status cannot be read', async () => {
    const home = temporaryDirectory()
    for (const name of ['a', 'b', 'c']) seedProfile(home, name, {intent: 'running'})
    seedProfile(home, 'down', {intent: 'stopped', state: 'running'})
    seedProfile(home, 'fresh', {state: 'running'})
    seedProfile(home, 'python')
    writeFileSync(join(home, 'profiles/python/gateway_state.json'), '{"gateway_state": "stopped", "desired_state": "running"}')
    const {asked, gateways} = await examined(home, {
      a: {enabled: true, pid: 7, ready: true, since: NOW, state: 'running'},
      b: new ServiceManagerError('permission', 'you may not'),
    })
    expect(asked.sort()).to.deep.equal(['a', 'b', 'c', 'python'])
    expect(gateways.map(({health, profile, reason}) => [profile, health, reason])).to.deep.equal([
      ['a', 'up', null],
      ['b', 'down', 'you may not'],
      ['c', 'down', null],
      ['python', 'down', null],
    ])
  })

  it('names directories that cannot be a profile', async () => {
    const home = temporaryDirectory()
    seedProfile(home, 'Michel', {intent: 'running'})
    const {bad, gateways} = await examined(home, {})
    expect(gateways).to.deep.equal([])
    expect(bad.map(({name}) => name)).to.deep.equal(['Michel'])
  })

  it('finds nothing in a home that is not there', async () => {
    expect(await examined(join(temporaryDirectory(), 'not-yet'), {})).to.deep.equal({asked: [], bad: [], gateways: []})
  })
})
