import type {ServiceStatus} from '@hermes-cli/service-manager'
import {expect} from 'chai'

import {judge, type GatewayStatus} from '#hermes/gateway/status.js'
import type {GatewayState} from '#hermes/gateway/state.js'
import {bootId, identify} from '#hermes/host/process.js'

const T = '2026-01-02T03:04:05.678Z'
const since = new Date(T)
const self = {...identify(process.pid)!, bootId: bootId()}
const holder = {...self, home: '/h', profile: 'coder'}
const dead = {boot_id: 'another boot', pid: 4711, start_time: 1}

const absent: ServiceStatus = {state: 'absent'}
const stopped: ServiceStatus = {enabled: false, state: 'stopped'}
const running: ServiceStatus = {enabled: true, pid: 7, ready: true, since, state: 'running'}
const starting: ServiceStatus = {enabled: true, pid: 7, since, state: 'starting'}
const backingOff: ServiceStatus = {enabled: true, state: 'starting'}
const failed: ServiceStatus = {because: 'it crashed 5 times', enabled: true, state: 'failed'}
const unknown: ServiceStatus = {because: 'nobody can tell', state: 'unknown'}

interface Seen {
  readonly service: ServiceStatus
  readonly recorded?: GatewayState
  readonly intent?: 'running' | 'stopped'
  readonly lock?: {held: boolean; holder?: typeof holder}
}

const judged = ({intent, lock = {held: false}, recorded, service}: Seen): GatewayStatus =>
  judge({intent, lock, profile: 'coder', recorded, service, warnings: ['odd']})

describe('What is true of a gateway', () => {
  const table: Array<[string, Seen, Partial<GatewayStatus>]> = [
    [
      'nothing is known of it',
      {service: absent},
      {enabled: null, intent: 'none', pid: null, reason: null, registered: false, state: 'absent'},
    ],
    [
      'it is registered, down',
      {intent: 'stopped', service: stopped},
      {enabled: false, intent: 'stopped', registered: true, state: 'stopped'},
    ],
    ['it runs', {lock: {held: true, holder}, service: running}, {pid: 7, ready: true, reason: null, since: T, state: 'running'}],
    [
      'it runs and says it is degraded',
      {recorded: {exit_reason: 'no port', gateway_state: 'degraded', pid: 7}, service: running},
      {observed: 'degraded', pid: 7, reason: 'no port', state: 'degraded'},
    ],
    ['it runs and drains', {recorded: {gateway_state: 'draining', pid: 7}, service: running}, {reason: null, state: 'draining'}],
    [
      'it runs, and an earlier process was degraded',
      {recorded: {exit_reason: 'no port', gateway_state: 'degraded', pid: 6}, service: running},
      {reason: null, state: 'running'},
    ],
    ['it runs an older definition', {service: {...running, restartDue: true}}, {restart_due: true, state: 'running'}],
    ['it starts', {service: starting}, {pid: 7, ready: false, reason: null, since: T, state: 'starting'}],
    [
      'it starts and holds its own lock',
      {lock: {held: true, holder: {...holder, pid: 7}}, service: starting},
      {reason: null, state: 'starting'},
    ],
    [
      'it waits before it tries again',
      {recorded: {exit_reason: 'waiting 4 s', gateway_state: 'starting'}, service: starting},
      {reason: 'waiting 4 s', state: 'starting'},
    ],
    [
      'it waits for another process',
      {lock: {held: true, holder}, service: starting},
      {reason: `it waits for pid ${holder.pid}, which runs this profile`, state: 'starting'},
    ],
    [
      'it waits for one that cannot be seen',
      {lock: {held: true}, service: starting},
      {reason: 'it waits for a process that cannot be seen from here, which runs this profile', state: 'starting'},
    ],
    ['it is about to be started again', {service: backingOff}, {pid: null, ready: false, since: null, state: 'starting'}],
    ['its manager gave it up', {service: failed}, {pid: null, reason: 'it crashed 5 times', state: 'failed'}],
    [
      'its manager gave it up and it said why it ended',
      {recorded: {exit_reason: 'exited with 3', gateway_state: 'stopped', since: T}, service: failed},
      {reason: 'exited with 3 (it crashed 5 times)', since: T, state: 'failed'},
    ],
    [
      'it said why it can never start, which its manager would only repeat',
      {recorded: {exit_reason: 'no such program', gateway_state: 'startup_failed'}, service: {...failed, exitCode: 78}},
      {reason: 'no such program', state: 'failed'},
    ],
    ['its manager does not know', {service: unknown}, {pid: null, reason: 'nobody can tell', registered: true, state: 'unknown'}],
    [
      'it could not start, and is down since a boot',
      {intent: 'running', recorded: {exit_reason: 'no such program', gateway_state: 'startup_failed'}, service: stopped},
      {reason: 'no such program', state: 'failed'},
    ],
    [
      'it could not start and did not say why',
      {recorded: {gateway_state: 'startup_failed'}, service: stopped},
      {reason: 'it could not start', state: 'failed'},
    ],
    [
      'it could not start, and was stopped since',
      {intent: 'stopped', recorded: {exit_reason: 'no such program', gateway_state: 'startup_failed'}, service: stopped},
      {reason: 'no such program', state: 'stopped'},
    ],
    [
      'it could not start, and was never registered',
      {recorded: {exit_reason: 'no such program', gateway_state: 'startup_failed'}, service: absent},
      {state: 'absent'},
    ],
    [
      'it died without a word',
      {recorded: {...dead, gateway_state: 'running'}, service: stopped},
      {reason: 'it ended without a word', state: 'stopped'},
    ],
    ['it was stopped on purpose', {recorded: {...dead, gateway_state: 'stopped'}, service: stopped}, {reason: null, state: 'stopped'}],
  ]
  for (const [what, seen, expected] of table) {
    it(`${what}: ${expected.state}`, () => {
      expect(judged(seen)).to.deep.include({profile: 'coder', warnings: ['odd'], ...expected})
    })
  }

  for (const service of [absent, stopped, failed]) {
    it(`it runs in a terminal while its service is ${service.state}: foreground`, () => {
      const status = judged({lock: {held: true, holder}, service})
      expect(status).to.include({pid: holder.pid, reason: 'it runs outside the service manager', state: 'foreground'})
      expect(status.registered).to.equal(service.state !== 'absent')
    })
  }

  for (const service of [absent, stopped]) {
    it(`it runs where it cannot be seen while its service is ${service.state}: ${service.state}, and says so`, () => {
      const status = judged({lock: {held: true}, recorded: {exit_reason: 'an old story', gateway_state: 'stopped'}, service})
      expect(status).to.include({pid: null, reason: 'a process that cannot be seen from here runs this profile', state: service.state})
    })
  }
})
