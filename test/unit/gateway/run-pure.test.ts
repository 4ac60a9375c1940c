import {expect} from 'chai'

import {delaySeconds, failuresAfter, failuresBefore, SETTLED, waitingReason} from '#hermes/gateway/run/back-off.js'
import {GIVE_UP, outcomeOf, translated, type Ending} from '#hermes/gateway/run/ending.js'
import {programEnvironment} from '#hermes/gateway/run/environment.js'
import {fastPath} from '#hermes/gateway/run/fast-path.js'
import {notifyDescriptor} from '#hermes/gateway/run/notify.js'
import {judge, type Verdict} from '#hermes/gateway/run/own.js'
import {readinessProblem} from '#hermes/gateway/run/ready.js'
import type {GatewayState} from '#hermes/gateway/state.js'
import {preferredPort} from '#hermes/profile/port.js'

describe('fast path: which calls run without oclif', () => {
  const supervised = {HERMES_SUPERVISED: '1'}
  const taken: Array<[string[], object]> = [
    [['gateway', 'run'], {verb: 'run'}],
    [['gateway:run'], {verb: 'run'}],
    [['-p', 'coder', 'gateway', 'run'], {profile: 'coder', verb: 'run'}],
    [['--profile', 'coder', 'gateway:run'], {profile: 'coder', verb: 'run'}],
    [['--profile=coder', 'gateway', 'run'], {profile: 'coder', verb: 'run'}],
    [['gateway', 'run', '-p', 'coder'], {profile: 'coder', verb: 'run'}],
    [['gateway', '-p', 'coder', 'run'], {profile: 'coder', verb: 'run'}],
    [['gateway', 'run', '-p', ''], {profile: '', verb: 'run'}],
    [['gateway', 'mark-stop'], {verb: 'mark-stop'}],
    [['-p', 'coder', 'gateway', 'mark-stop'], {profile: 'coder', verb: 'mark-stop'}],
  ]
  for (const [argv, answer] of taken) {
    it(`takes ${JSON.stringify(argv)}`, () => expect(fastPath(argv, supervised)).to.deep.equal(answer))
  }

  const left = [
    [],
    ['gateway'],
    ['gateway run'],
    ['gateway', 'run', 'coder'],
    ['gateway', 'start'],
    ['gateway', 'mark-stop', 'coder'],
    ['gateway:mark-stop', ''],
    ['gateway', 'run', '--help'],
    ['gateway', 'run', '--json'],
    ['gateway', 'run', '-p'],
    ['-p', '--help', 'gateway', 'run'],
    ['-pcoder', 'gateway', 'run'],
    ['-p', 'a', '-p', 'b', 'gateway', 'run'],
    ['run', 'gateway'],
    ['gateway:run', 'gateway:run'],
    ['--', 'gateway', 'run'],
  ]
  for (const argv of left) it(`leaves ${JSON.stringify(argv)} to oclif`, () => expect(fastPath(argv, supervised)).to.equal(undefined))

  it('leaves a call of a person to oclif', () => {
    expect(fastPath(['gateway', 'run'], {})).to.equal(undefined)
    expect(fastPath(['gateway', 'run'], {HERMES_SUPERVISED: '0'})).to.equal(undefined)
  })
})

describe('the exit-code table', () => {
  const signal = (name: 'SIGHUP' | 'SIGINT' | 'SIGTERM' | 'SIGUSR1', planned = false): Ending => ({kind: 'signal', planned, signal: name})
  const program = (code: number | null, name: NodeJS.Signals | null = null, neverRan = false): Ending => ({
    code,
    kind: 'program',
    neverRan,
    signal: name,
  })
  const table: Array<[string, Ending, string, number]> = [
    ['a planned SIGTERM', signal('SIGTERM', true), 'stopped', 0],
    ['SIGINT', signal('SIGINT'), 'stopped', 0],
    ['an unplanned SIGTERM', signal('SIGTERM'), 'running', 1],
    ['a closed terminal', signal('SIGHUP'), 'running', 1],
    ['SIGUSR1', signal('SIGUSR1'), 'running', 75],
    ['a configuration that cannot work', {because: 'x', kind: 'config'}, 'startup_failed', 78],
    ['a start that failed this time', {because: 'x', kind: 'failed'}, 'stopped', 1],
    ['a program that was done', program(0), 'stopped', 0],
    ['a program that failed', program(3), 'stopped', 3],
    ['a program that asks for a restart', program(75), 'running', 75],
    ['a program that refuses its configuration', program(78), 'startup_failed', 78],
    ['a program killed by SIGKILL', program(null, 'SIGKILL'), 'stopped', 137],
    ['a program killed by SIGSEGV', program(null, 'SIGSEGV'), 'stopped', 139],
    ['a shell line that names no program', program(127, null, true), 'startup_failed', 78],
    ['a program that exits with 127 of its own', program(127), 'stopped', 127],
  ]
  for (const [what, ending, state, exitCode] of table) {
    it(`${what} is ${state}, ${exitCode}`, () => expect(outcomeOf(ending)).to.include({exitCode, state}))
  }

  describe('for a manager that restarts what does not end with 0', () => {
    const rows: Array<[string, Ending, number, string, number]> = [
      ['never to be restarted', {because: 'x', kind: 'config'}, 1, 'startup_failed', 0],
      ['a program that refuses its configuration', program(78), 1, 'startup_failed', 0],
      ['to stay down', program(0), 0, 'stopped', 0],
      ['a restart asked for', program(75), GIVE_UP, 'running', 75],
      ['a crash', program(3), GIVE_UP - 1, 'stopped', 3],
      ['a crash loop', program(3), GIVE_UP, 'startup_failed', 0],
      ['a bare SIGTERM', signal('SIGTERM'), 0, 'running', 1],
    ]
    for (const [what, ending, failures, state, exitCode] of rows) {
      it(`${what} is ${state}, ${exitCode}`, () => expect(translated(outcomeOf(ending), failures)).to.include({exitCode, state}))
    }

    it('says that it was given up, and after what', () => {
      expect(translated(outcomeOf(program(3)), 6).reason).to.equal('program exited with 3; given up after 6 failed starts in a row')
    })
  })

  it('tells how a drain went that did not go well', () => {
    expect(outcomeOf({kind: 'signal', note: 'the program was killed', planned: true, signal: 'SIGTERM'}).reason).to.equal(
      'stopped on request; the program was killed',
    )
  })
})

describe('back-off', () => {
  it('waits 0 for the first, then 0.5 s doubling up to 30 s', () => {
    const waits = [-1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 1000].map((count) => delaySeconds(count))
    expect(waits).to.deep.equal([0, 0, 0, 0.5, 1, 2, 4, 8, 16, 30, 30])
  })

  const now = new Date('2026-01-01T00:10:00Z')
  const at = (seconds: number) => new Date(now.getTime() + seconds * 1000).toISOString()
  const state = (more: Partial<GatewayState>): GatewayState => ({
    boot_id: 'b',
    failures: 2,
    gateway_state: 'running',
    updated_at: at(-5),
    ...more,
  })
  const count = (prior: GatewayState | undefined, intentAt?: string) => failuresBefore(prior, {bootId: 'b', bootedAt: 500, intentAt, now})
  const table: Array<[string, number, number]> = [
    ['nothing known', count(undefined), 0],
    ['a life that said its last word', count(state({exit_code: 3})), 2],
    ['one that vanished while starting', count(state({gateway_state: 'starting'})), 3],
    ['one that vanished soon after it was ready', count(state({since: at(-10)})), 3],
    ['one that vanished long after it was ready', count(state({since: at(-61)})), 0],
    ['one that vanished while degraded', count(state({gateway_state: 'degraded', since: at(-1)})), 3],
    ['one that was killed while draining', count(state({gateway_state: 'draining'})), 2],
    ['another boot', count(state({boot_id: 'a', gateway_state: 'starting'})), 0],
    ['another boot of the container', count(state({gateway_state: 'starting', start_time: 499})), 0],
    ['a failure before the container was restarted', count(state({exit_code: 1, start_time: 499})), 0],
    ['this boot of the container', count(state({gateway_state: 'starting', start_time: 500})), 3],
    ['a state of the Python project', count({gateway_state: 'running'}), 0],
    ['a hostile count', count(state({exit_code: 1, failures: 1e300})), 1000],
    ['a negative count', count(state({exit_code: 1, failures: -5})), 0],
    ['an intent newer than the failure', count(state({exit_code: 1}), at(-1)), 0],
    ['an intent older than the failure', count(state({exit_code: 1}), at(-9)), 2],
    ['an intent from the future', count(state({exit_code: 1}), at(3600)), 2],
    ['an intent without a time', count(state({exit_code: 1}), 'yesterday'), 2],
  ]
  for (const [what, seen, expected] of table) it(`${what}: ${expected} failures`, () => expect(seen).to.equal(expected))

  it('counts a life that ended badly before it had settled, and forgets after one that had', () => {
    const failed: Ending = {because: 'x', kind: 'failed'}
    const exit = (code: number): Ending => ({code, kind: 'program', signal: null})
    expect(failuresAfter(2, failed, undefined)).to.equal(3)
    expect(failuresAfter(2, exit(1), SETTLED - 1)).to.equal(3)
    expect(failuresAfter(2, exit(1), SETTLED)).to.equal(0)
    expect(failuresAfter(2, exit(0), undefined)).to.equal(0)
    expect(failuresAfter(2, exit(75), undefined)).to.equal(0)
    expect(failuresAfter(1000, failed, undefined)).to.equal(1000)
  })

  it('keeps the count over a bare SIGTERM and forgets it when someone asked for the end', () => {
    expect(failuresAfter(2, {kind: 'signal', planned: false, signal: 'SIGTERM'}, 10)).to.equal(2)
    expect(failuresAfter(2, {kind: 'signal', planned: true, signal: 'SIGTERM'}, 10)).to.equal(0)
    expect(failuresAfter(2, {kind: 'signal', planned: false, signal: 'SIGUSR1'}, 10)).to.equal(0)
  })

  it('says what it waits for, once', () => {
    const first = waitingReason(2, 'program exited with 1')
    expect(first).to.equal('waiting 0.5 s after 2 failed starts: program exited with 1')
    expect(waitingReason(3, first)).to.equal('waiting 1 s after 3 failed starts: program exited with 1')
    expect(waitingReason(3, undefined)).to.include('died without a word')
  })
})

describe('the program’s environment', () => {
  it('is layered: own, env file, configuration, facts of the profile', () => {
    const merged = programEnvironment({A: '1', B: '1', C: '1', HERMES_HOME: 'x'}, {B: '2', C: '2'}, {C: '3'}, {HERMES_HOME: '/h'})
    expect(merged).to.deep.equal({A: '1', B: '2', C: '3', HERMES_HOME: '/h'})
  })

  it('never hands on what is between the supervisor and the gateway', () => {
    const ours = {HERMES_NOTIFY_FD: '3', HERMES_SUPERVISED: '1'}
    expect(programEnvironment(ours, ours, ours, {})).to.deep.equal({})
  })

  it('leaves out what is undefined', () => expect(programEnvironment({A: undefined}, {}, {}, {})).to.deep.equal({}))
})

describe('who may run: the verdict about the holder of the lock', () => {
  const self = {bootId: 'b', pid: 10, startTime: 1}
  const holder = {bootId: 'b', home: '/h', pid: 20, profile: 'coder', startTime: 2, supervisor: {bootId: 'b', pid: 5, startTime: 1}}
  const claim = {home: '/h', profile: 'coder', self, supervised: true}
  const orphan = {supervisorAlive: false, triedToEvict: false, waited: 0}
  const foreground = {bootId: 'b', home: '/h', pid: 20, profile: 'coder', startTime: 2}
  const table: Array<[string, Verdict, Verdict]> = [
    ['someone who only looked', judge(undefined, claim, orphan), 'retry'],
    ['someone unknown for long', judge(undefined, claim, {...orphan, waited: 1000}), 'wait'],
    ['our orphan', judge(holder, claim, orphan), 'evict'],
    ['an orphan that would not go', judge(holder, claim, {...orphan, triedToEvict: true}), 'wait'],
    ['a supervised one', judge(holder, claim, {...orphan, supervisorAlive: true}), 'wait'],
    ['a foreground run', judge(foreground, claim, orphan), 'wait'],
    ['an orphan of another home', judge({...holder, home: '/other'}, claim, orphan), 'wait'],
    ['an orphan of another profile', judge({...holder, profile: 'ops'}, claim, orphan), 'wait'],
    ['a holder of another boot', judge({...holder, bootId: 'a'}, claim, orphan), 'wait'],
    ['pid 1', judge({...holder, pid: 1}, claim, orphan), 'wait'],
    ['ourselves', judge({...holder, pid: 10}, claim, orphan), 'wait'],
    ['an orphan, seen from the foreground', judge(holder, {...claim, supervised: false}, orphan), 'refuse'],
    ['someone unknown, seen from the foreground', judge(undefined, {...claim, supervised: false}, {...orphan, waited: 1000}), 'refuse'],
  ]
  for (const [who, seen, verdict] of table) it(`${who}: ${verdict}`, () => expect(seen).to.equal(verdict))
})

describe('readiness and ports', () => {
  it('refuses to ask our own health endpoint', () => {
    expect(readinessProblem({port: 9300}, 9300)).to.include('9300')
    expect(readinessProblem({http: 'http://127.0.0.1:9300/x'}, 9300)).to.include('9300')
    expect(readinessProblem({http: 'http://localhost:9300'}, 9300)).to.include('9300')
    expect(readinessProblem({http: 'http://[::1]:9300'}, 9300)).to.include('9300')
    expect(readinessProblem({http: 'http://127.0.0.1'}, 80)).to.include('80')
  })

  it('asks anything else', () => {
    expect(readinessProblem({port: 9301}, 9300)).to.equal(undefined)
    expect(readinessProblem({http: 'http://10.0.0.1:9300'}, 9300)).to.equal(undefined)
    expect(readinessProblem({after: 9300}, 9300)).to.equal(undefined)
  })

  it('derives the port from the name alone', () => {
    // 9200 + first four bytes of sha256(name) mod 600, computed with Python's hashlib.
    expect(preferredPort('coder')).to.equal(9570)
    expect(preferredPort('default')).to.equal(9449)
  })

  for (const text of [undefined, '', '0', '1', '2', '3x', '-3', '3.0', ' 3', '1024', '99999999999', '1e1', '1023']) {
    it(`takes ${JSON.stringify(text)} for no readiness descriptor`, () => expect(notifyDescriptor(text)).to.equal(undefined))
  }
})
