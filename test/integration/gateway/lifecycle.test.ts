import {expect} from 'chai'
import {execa} from 'execa'
import {existsSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {writePlannedStop} from '#hermes/gateway/planned-stop.js'
import {identify} from '#hermes/host/process.js'

import {cleanUpDirectories, root} from '../../support/directories.js'
import {cleanUpGateways, endAfterwards, isGone, makeHome, program, startGateway, type Gateway} from '../../support/gateway.js'
import {ask} from '../../support/http.js'
import {until} from '../../support/wait.js'

cleanUpGateways()
cleanUpDirectories()

const printed = async (gateway: Gateway, what: RegExp): Promise<string> => until(String(what), () => what.exec(gateway.stdout())?.[1])

describe('a gateway without a program', () => {
  it('is ready when its health endpoint listens, says so once and records it first', async () => {
    const home = await makeHome()
    const gateway = startGateway(home)
    await until('the newline', () => gateway.notified() !== '')
    expect(gateway.notified()).to.equal('\n')
    expect(home.state()).to.include({failures: 0, gateway_state: 'running', hermes_home: home.home, pid: gateway.pid, port: home.port})
    expect(home.state().start_time).to.equal(identify(gateway.pid)!.startTime)
    expect(home.json('gateway.pid')).to.include({kind: 'hermes-gateway', pid: gateway.pid, profile: 'coder'})
    const answer = await ask(`http://127.0.0.1:${home.port}/health`)
    expect(answer.status).to.equal(200)
    expect(answer.json).to.include({pid: gateway.pid, profile: 'coder', ready: true, status: 'running'})
  })

  it('answers HEAD, knows no other path and no other method', async () => {
    const home = await makeHome()
    await startGateway(home).ready()
    const url = `http://127.0.0.1:${home.port}`
    expect((await ask(url, 'HEAD')).status).to.equal(200)
    expect((await ask(`${url}/health?x=1`)).status).to.equal(200)
    expect((await ask(`${url}/etc`)).status).to.equal(404)
    expect((await ask(url, 'POST')).status).to.equal(405)
  })

  it('listens on the loopback only', async () => {
    const home = await makeHome()
    await startGateway(home).ready()
    const hex = home.port.toString(16).toUpperCase().padStart(4, '0')
    const tables = ['/proc/net/tcp', '/proc/net/tcp6'].filter((path) => existsSync(path)).map((path) => readFileSync(path, 'utf8'))
    const listeners = tables
      .join('')
      .split('\n')
      .filter((line) => line.includes(`:${hex} `) && / 0A /.test(line))
    expect(listeners).to.have.length(1)
    expect(listeners[0]).to.include('0100007F')
  })

  it('runs as the default profile in an empty home, on the port its name gives', async () => {
    const home = await makeHome()
    const empty = join(home.home, 'empty')
    startGateway({home: empty}, {args: ['gateway', 'run']})
    // 9200 + the first four bytes of sha256('default') mod 600, computed elsewhere.
    const port = await until('a port', () => (JSON.parse(readFileSync(join(empty, 'gateway_state.json'), 'utf8')) as {port?: number}).port)
    expect(port).to.equal(9449)
  })

  it('ignores the sticky profile, listens to HERMES_PROFILE, and to -p above all', async () => {
    const home = await makeHome()
    writeFileSync(join(home.home, 'active_profile'), 'ghost\n')
    const named = startGateway(home, {args: ['gateway', 'run'], environment: {HERMES_PROFILE: 'coder'}})
    await named.ready()
    expect(home.state().pid).to.equal(named.pid)
    named.signal('SIGINT')
    await named.exited
    const flagged = startGateway(home, {environment: {HERMES_PROFILE: 'ghost'}})
    await flagged.ready()
    expect(home.state().pid).to.equal(flagged.pid)
  })
})

describe('what a signal means', () => {
  const meanings: Array<[string, NodeJS.Signals, 'expired' | 'foreign' | 'none' | 'valid', string, number]> = [
    ['SIGTERM with a valid marker', 'SIGTERM', 'valid', 'stopped', 0],
    ['SIGTERM with an expired marker', 'SIGTERM', 'expired', 'running', 1],
    ['SIGTERM with a marker for another process', 'SIGTERM', 'foreign', 'running', 1],
    ['SIGTERM without a marker', 'SIGTERM', 'none', 'running', 1],
    ['SIGINT', 'SIGINT', 'none', 'stopped', 0],
    ['SIGUSR1', 'SIGUSR1', 'none', 'running', 75],
  ]
  for (const [what, signal, marker, state, code] of meanings) {
    for (const kind of ['a program', 'no program'] as const) {
      it(`${what} leaves ${state} and exits with ${code}, with ${kind}`, async () => {
        const home = await makeHome(kind === 'a program' ? {command: program('program', 'pid'), ready: {after: 0}} : undefined)
        const gateway = startGateway(home)
        await gateway.ready()
        const self = identify(gateway.pid)!
        if (marker === 'valid') await writePlannedStop(home.directory, self)
        if (marker === 'expired') await writePlannedStop(home.directory, self, new Date(Date.now() - 61_000))
        if (marker === 'foreign') await writePlannedStop(home.directory, {...self, startTime: self.startTime - 1})
        gateway.signal(signal)
        expect(await gateway.exited).to.equal(code)
        expect(home.state()).to.include({exit_code: code, gateway_state: state})
        expect(home.state().exit_reason).to.be.a('string')
        const left = ['.gateway-planned-stop.json', 'gateway.pid', 'processes.json'].filter((name) => existsSync(home.file(name)))
        expect(left).to.deep.equal([])
      })
    }
  }

  it('mark-stop, as a service manager calls it, marks the process that it names, and no other', async () => {
    const home = await makeHome()
    const gateway = startGateway(home)
    await gateway.ready()
    const marked = () => existsSync(home.file('.gateway-planned-stop.json'))
    const env = {HERMES_HOME: home.home, HERMES_SUPERVISED: '1', PATH: process.env.PATH}
    const mark = async (pid: number | string, profile = 'coder') => {
      const words = [join(root, 'bin/run.js'), '-p', profile, 'gateway', 'mark-stop']
      const done = await execa(process.execPath, words, {env: {...env, HERMES_STOP_PID: String(pid)}, extendEnv: false, reject: false})
      return done.exitCode
    }

    for (const other of [process.pid, '', 'x', 0, -1]) expect([await mark(other), marked()]).to.deep.equal([0, false])
    expect([await mark(gateway.pid, 'nobody'), await mark(gateway.pid, '../coder'), marked()]).to.deep.equal([0, 78, false])
    expect([await mark(gateway.pid), marked()]).to.deep.equal([0, true])
    gateway.signal('SIGTERM')
    expect(await gateway.exited).to.equal(0)
    expect(home.state()).to.include({exit_reason: 'stopped on request', gateway_state: 'stopped'})
    expect([await mark(gateway.pid), marked()]).to.deep.equal([0, false])
  })

  it('a stop that comes while a restart drains is a stop', async () => {
    const home = await makeHome({command: program('program', 'stubborn', 'pid'), drain_timeout: 1.5, ready: {after: 0}})
    const gateway = startGateway(home)
    await printed(gateway, /pid (\d+)/)
    await gateway.ready()
    gateway.signal('SIGUSR1')
    await until('draining', () => home.state().gateway_state === 'draining')
    await writePlannedStop(home.directory, identify(gateway.pid)!)
    gateway.signal('SIGTERM')
    expect(await gateway.exited).to.equal(0)
    expect(home.state().gateway_state).to.equal('stopped')
  })

  it('a manager that signals the program at the same moment has not made it end of its own accord', async () => {
    const home = await makeHome({command: program('program', 'polite', '0', 'pid'), ready: {after: 0}})
    const gateway = startGateway(home)
    const pid = Number(await printed(gateway, /pid (\d+)/))
    await gateway.ready()
    process.kill(pid, 'SIGTERM')
    // The unlucky order: the program is gone before our own signal arrives. No `until`, its rhythm is too slow for this.
    while (!isGone(pid)) await new Promise(setImmediate)
    gateway.signal('SIGTERM')
    expect(await gateway.exited).to.equal(1)
    expect(home.state().gateway_state).to.equal('running')
  })

  it('a foreground gateway whose terminal closes leaves running; a supervised one does not hear SIGHUP', async () => {
    const home = await makeHome()
    const supervised = startGateway(home)
    await supervised.ready()
    supervised.signal('SIGHUP')
    supervised.signal('SIGUSR1')
    expect(await supervised.exited).to.equal(75)
    const foreground = startGateway(home, {supervised: false})
    await foreground.ready()
    foreground.signal('SIGHUP')
    expect(await foreground.exited).to.equal(1)
    expect(home.state().gateway_state).to.equal('running')
  })

  it('kills at once on a second Ctrl-C in the foreground', async () => {
    const home = await makeHome({command: program('program', 'stubborn', 'pid'), drain_timeout: 600, ready: {after: 0}})
    const gateway = startGateway(home, {supervised: false})
    const pid = Number(await printed(gateway, /pid (\d+)/))
    await gateway.ready()
    gateway.signal('SIGINT')
    await printed(gateway, /(not yet)/)
    gateway.signal('SIGINT')
    expect(await gateway.exited).to.equal(0)
    expect(home.state().exit_reason).to.include('second Ctrl-C')
    expect(isGone(pid)).to.equal(true)
  })

  it('never opens the debugger on SIGUSR1', async () => {
    const home = await makeHome()
    const gateway = startGateway(home)
    await gateway.ready()
    gateway.signal('SIGUSR1')
    await gateway.exited
    expect(gateway.stderr()).to.not.include('Debugger')
  })
})

describe('kill -9', () => {
  it('releases the lock, and the next life ends the program the last one left behind', async () => {
    const home = await makeHome({command: program('program', 'pid'), ready: {after: 0}})
    const first = startGateway(home)
    const orphan = endAfterwards(Number(await printed(first, /pid (\d+)/)))
    await first.ready()
    first.signal('SIGKILL')
    await first.exited
    expect(isGone(orphan)).to.equal(false)
    const second = startGateway(home)
    await second.ready()
    expect(isGone(orphan)).to.equal(true)
    expect(home.state()).to.include({failures: 1, gateway_state: 'running', pid: second.pid})
  })

  it('leaves alone a process that only has the noted pid', async () => {
    const home = await makeHome()
    const self = identify(process.pid)!
    const noted = {boot_id: self.bootId, kind: 'program', pid: self.pid, start_time: self.startTime - 1}
    writeFileSync(home.file('processes.json'), JSON.stringify({processes: [noted, 5, null, {kind: 'program', pid: -1}]}))
    const gateway = startGateway(home)
    await gateway.ready()
    expect(gateway.stderr()).to.not.include('still runs')
  })

  it('leaves no temporary files behind in a normal life', async () => {
    const home = await makeHome({command: program('program'), ready: {after: 0}})
    const gateway = startGateway(home)
    await gateway.ready()
    gateway.signal('SIGINT')
    await gateway.exited
    expect(readdirSync(home.directory).sort()).to.deep.equal([
      '.config-cache.json',
      'SOUL.md',
      'config.yaml',
      'gateway.lock',
      'gateway_state.json',
    ])
  })
})
