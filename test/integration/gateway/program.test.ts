import {expect} from 'chai'
import {execFileSync} from 'node:child_process'
import {chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {createServer, type Server} from 'node:http'
import {join} from 'node:path'

import {cleanUpDirectories} from '../../support/directories.js'
import {cleanUpGateways, endAfterwards, freePort, isGone, makeHome, program, startGateway, type Gateway} from '../../support/gateway.js'
import {ask} from '../../support/http.js'
import {until} from '../../support/wait.js'

cleanUpGateways()
cleanUpDirectories()

const printed = async (gateway: Gateway, what: RegExp): Promise<string> => until(String(what), () => what.exec(gateway.stdout())?.[1])

describe('readiness of the program', () => {
  for (const kind of ['port', 'http'] as const) {
    it(`waits for its ${kind}`, async () => {
      const port = await freePort()
      const ready = kind === 'port' ? {port} : {http: `http://127.0.0.1:${port}/up`}
      const home = await makeHome({command: program('program', 'pid', 'later', '300', 'listen', String(port)), ready})
      const gateway = startGateway(home)
      await printed(gateway, /pid (\d+)/)
      expect(gateway.notified()).to.equal('')
      expect(home.state().gateway_state).to.equal('starting')
      expect((await ask(`http://127.0.0.1:${home.port}/health`)).status).to.equal(503)
      await until('the newline', () => gateway.notified() === '\n')
      expect(home.state()).to.include({gateway_state: 'running'})
      expect(home.state().child_pid).to.be.a('number')
    })
  }

  it('waits out its grace time', async () => {
    const home = await makeHome({command: program('program'), ready: {after: 0.4}})
    const began = performance.now()
    await startGateway(home).ready()
    expect(performance.now() - began).to.be.greaterThan(400)
  })

  it('ends a program that is not ready in time, and counts a failed start', async () => {
    const port = await freePort()
    const home = await makeHome({
      command: program('program', 'pid', 'refuse', String(port)),
      ready: {http: `http://127.0.0.1:${port}/`},
      ready_timeout: 0.5,
    })
    const gateway = startGateway(home)
    const pid = Number(await printed(gateway, /pid (\d+)/))
    expect(await gateway.exited).to.equal(1)
    expect(home.state()).to.include({exit_code: 1, failures: 1, gateway_state: 'stopped'})
    expect(home.state().exit_reason).to.include('not ready within 0.5 s')
    expect(isGone(pid)).to.equal(true)
    expect(gateway.notified()).to.equal('')
  })

  it('honours a signal while it waits', async () => {
    const home = await makeHome({command: program('program', 'pid'), ready: {port: await freePort()}})
    const gateway = startGateway(home)
    await printed(gateway, /pid (\d+)/)
    gateway.signal('SIGINT')
    expect(await gateway.exited).to.equal(0)
    expect(home.state()).to.include({failures: 0, gateway_state: 'stopped'})
  })
})

describe('the end of the program', () => {
  const ends: Array<[string, string[], string, number]> = [
    ['0', ['exit', '0'], 'stopped', 0],
    ['1', ['exit', '1'], 'stopped', 1],
    ['75', ['exit', '75'], 'running', 75],
    ['78', ['exit', '78'], 'startup_failed', 78],
    ['127', ['exit', '127'], 'stopped', 127],
    ['SIGKILL', ['kill'], 'stopped', 137],
  ]
  for (const [what, words, state, code] of ends) {
    for (const when of ['before', 'after'] as const) {
      it(`by ${what}, ${when} it was ready, leaves ${state} and exits with ${code}`, async () => {
        const ready = {after: when === 'before' ? 60 : 0}
        const gateway = {command: program('program', ...(when === 'after' ? ['later', '200'] : []), ...words), ready}
        const home = await makeHome(gateway)
        expect(await startGateway(home).exited).to.equal(code)
        expect(home.state()).to.include({exit_code: code, failures: code === 0 || code === 75 ? 0 : 1, gateway_state: state})
        expect(home.state()).to.not.have.property('child_pid')
      })
    }
  }

  it('takes what is left of its process group along', async () => {
    const home = await makeHome({command: program('program', 'grandchild', 'later', '300', 'exit', '3'), drain_timeout: 0.3})
    const gateway = startGateway(home)
    const pid = endAfterwards(Number(await printed(gateway, /grandchild (\d+)/)))
    expect(await gateway.exited).to.equal(3)
    expect(isGone(pid)).to.equal(true)
  })

  it('is forced once the drain time is over, grandchildren included', async () => {
    const home = await makeHome({command: program('program', 'stubborn', 'grandchild', 'pid'), drain_timeout: 0.4, ready: {after: 0}})
    const gateway = startGateway(home)
    const pid = Number(await printed(gateway, /pid (\d+)/))
    const grandchild = endAfterwards(Number(await printed(gateway, /grandchild (\d+)/)))
    await gateway.ready()
    gateway.signal('SIGTERM')
    await until('draining', () => home.state().gateway_state === 'draining')
    expect((await ask(`http://127.0.0.1:${home.port}/`)).status).to.equal(503)
    expect(await gateway.exited).to.equal(1)
    expect(home.state().exit_reason).to.include('did not end within 0.4 s')
    expect([isGone(pid), isGone(grandchild)]).to.deep.equal([true, true])
  })
})

describe('how the program is called', () => {
  it('gets the environment of the profile and nothing between us and the supervisor', async () => {
    const home = await makeHome({
      command: program(
        'program',
        ...['A', 'B', 'HERMES_HOME', 'HERMES_PROFILE', 'HERMES_PROFILE_DIR', 'HERMES_GATEWAY_PORT'].flatMap((name) => ['env', name]),
        'env',
        'HERMES_SUPERVISED',
        'env',
        'HERMES_NOTIFY_FD',
        'pid',
      ),
      environment: {B: 'config'},
      ready: {after: 0},
    })
    writeFileSync(home.file('.env'), 'A=file\nB=file\nHERMES_PROFILE=liar\n', {mode: 0o600})
    const gateway = startGateway(home)
    await printed(gateway, /pid (\d+)/)
    expect(gateway.stdout().split('\n').slice(0, 8)).to.deep.equal([
      'A=file',
      'B=config',
      `HERMES_HOME=${home.home}`,
      'HERMES_PROFILE=coder',
      `HERMES_PROFILE_DIR=${home.directory}`,
      `HERMES_GATEWAY_PORT=${home.port}`,
      'HERMES_SUPERVISED=undefined',
      'HERMES_NOTIFY_FD=undefined',
    ])
  })

  it('inherits neither the readiness descriptor nor the lock', async () => {
    const home = await makeHome({command: ['/bin/sh', '-c', 'echo fds: $(ls /proc/self/fd); sleep 60'], ready: {after: 0}})
    const gateway = startGateway(home)
    // What the machine this runs on hands to every process, and the directory ls itself reads.
    const plain = execFileSync('/bin/sh', ['-c', 'echo $(ls /proc/self/fd)'], {encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit']})
    expect(await printed(gateway, /fds: (.*)\n/)).to.equal(plain.trim())
  })

  it('keeps what is secret out of every file it writes and every line it says', async () => {
    const home = await makeHome({command: program('program', 'exit', '3')})
    writeFileSync(home.file('.env'), 'TOKEN=s3cr3t-value\n', {mode: 0o600})
    const gateway = startGateway(home)
    await gateway.exited
    const texts = readdirSync(home.directory)
      .filter((name) => name !== '.env')
      .map((name) => readFileSync(home.file(name), 'utf8'))
    expect([...texts, gateway.stderr(), gateway.stdout()].join('')).to.not.include('s3cr3t')
  })

  it('warns of an env file that others can read, and never shows it', async () => {
    const home = await makeHome({command: program('program'), ready: {after: 0}})
    writeFileSync(home.file('.env'), 'TOKEN=s3cr3t-value\n')
    chmodSync(home.file('.env'), 0o644)
    const gateway = startGateway(home)
    await gateway.ready()
    expect(gateway.stderr()).to.include('chmod 600').and.not.include('s3cr3t')
  })

  it('runs a line through the shell, in the working directory', async () => {
    const home = await makeHome({command: 'cd . && echo "at: $PWD" | cat && exec sleep 60', ready: {after: 0}, working_directory: 'w'})
    mkdirSync(home.file('w'))
    expect(await printed(startGateway(home), /at: (.*)\n/)).to.equal(home.file('w'))
  })
})

describe('under a manager that restarts what does not end with 0', () => {
  const environment = {HERMES_EXIT_CODES: 'translate'}

  it('78 becomes 0, and the record keeps what it was; the program does not see the variable', async () => {
    const home = await makeHome({command: program('program', 'env', 'HERMES_EXIT_CODES', 'exit', '78')})
    const gateway = startGateway(home, {environment})
    expect(await gateway.exited).to.equal(0)
    expect(gateway.stdout()).to.include('HERMES_EXIT_CODES=undefined')
    expect(gateway.stderr()).to.match(/ends with 78: /)
    expect(home.state()).to.include({exit_code: 78, gateway_state: 'startup_failed'})
  })

  it('a profile that is not there is no reason to try again', async () => {
    const home = await makeHome()
    expect(await startGateway(home, {args: ['-p', 'nobody', 'gateway', 'run'], environment}).exited).to.equal(0)
  })

  it('75 and a crash stay what they are', async () => {
    const home = await makeHome({command: program('program', 'exit', '75')})
    expect(await startGateway(home, {environment}).exited).to.equal(75)
    const crashing = await makeHome({command: program('program', 'exit', '3')})
    expect(await startGateway(crashing, {environment}).exited).to.equal(3)
  })
})

describe('what cannot ever start exits with 78 and says why', () => {
  const broken: Array<[string, Record<string, unknown>, string]> = [
    ['a missing program', {command: ['/nowhere/agent']}, 'there is no such program'],
    ['a program that is no program', {command: ['/etc/passwd']}, 'may not be executed'],
    ['a shell line that names no program', {command: 'no-such-agent --serve'}, '127'],
    ['a missing working directory', {command: ['true'], working_directory: 'nowhere'}, 'working_directory'],
    ['a named env_file that is missing', {command: ['true'], env_file: 'secrets'}, 'env_file'],
    ['a configuration that does not check', {drain_timeout: -1}, 'drain_timeout'],
  ]
  for (const [what, config, reason] of broken) {
    it(what, async () => {
      const home = await makeHome(config)
      const gateway = startGateway(home)
      expect(await gateway.exited).to.equal(78)
      expect(home.state()).to.include({exit_code: 78, gateway_state: 'startup_failed'})
      expect(home.state().exit_reason).to.include(reason)
      expect(gateway.stderr()).to.not.include('    at ')
    })
  }

  it('readiness that asks our own health endpoint', async () => {
    const home = await makeHome()
    writeFileSync(
      home.file('config.yaml'),
      JSON.stringify({gateway: {command: ['sleep', '60'], ready: {port: home.port}}, port: home.port}),
    )
    expect(await startGateway(home).exited).to.equal(78)
    expect(home.state().exit_reason).to.include(String(home.port))
  })

  it('YAML that is none', async () => {
    const home = await makeHome()
    writeFileSync(home.file('config.yaml'), 'gateway: [')
    expect(await startGateway(home).exited).to.equal(78)
  })

  it('a profile that is not there, with nothing made in its place', async () => {
    const home = await makeHome()
    const gateway = startGateway(home, {args: ['-p', 'ghost', 'gateway', 'run']})
    expect(await gateway.exited).to.equal(78)
    expect(gateway.stderr()).to.include('there is no profile ghost')
    expect(existsSync(join(home.home, 'profiles/ghost'))).to.equal(false)
  })

  for (const name of ['', '../coder', 'Coder', 'a b']) {
    it(`the name ${JSON.stringify(name)}`, async () => {
      const home = await makeHome()
      const gateway = startGateway(home, {args: ['gateway', 'run', `--profile=${name}`]})
      expect(await gateway.exited).to.equal(78)
      expect(gateway.stderr().trim().split('\n')).to.have.length(1)
    })
  }
})

describe('a health port that is taken', () => {
  let squatter: Server | undefined

  afterEach(() => squatter?.close())
  const take = (port: number) =>
    new Promise<void>((resolve) => {
      squatter = createServer().listen(port, '127.0.0.1', resolve)
    })

  it('is waited for a moment, then ends a gateway that is nothing but its port', async () => {
    const home = await makeHome()
    await take(home.port)
    expect(await startGateway(home).exited).to.equal(1)
    expect(home.state()).to.include({failures: 1, gateway_state: 'stopped'})
    expect(home.state().exit_reason).to.include(`port ${home.port}`)
  })

  it('degrades a gateway whose program runs, until the port is free', async () => {
    const home = await makeHome({command: program('program'), ready: {after: 0}})
    await take(home.port)
    const gateway = startGateway(home)
    await until('the newline', () => gateway.notified() === '\n')
    expect(home.state()).to.include({gateway_state: 'degraded'})
    expect(home.state().exit_reason).to.include(`port ${home.port}`)
    squatter!.close()
    await until('running', () => home.state().gateway_state === 'running')
    expect(home.state()).to.not.have.property('exit_reason')
    expect((await ask(`http://127.0.0.1:${home.port}/`)).status).to.equal(200)
  })
})

describe('back-off of a program that keeps failing', () => {
  it('waits longer after each failed start, says so, and starts at once when the operator says start', async () => {
    const home = await makeHome({command: program('program', 'exit', '9'), ready: {after: 60}})
    for (const failures of [1, 2]) {
      expect(await startGateway(home).exited).to.equal(9)
      expect(home.state().failures).to.equal(failures)
    }

    const third = startGateway(home)
    await until('waiting', () => String(home.state().exit_reason) === 'waiting 0.5 s after 2 failed starts: program exited with 9')
    third.signal('SIGTERM')
    expect(await third.exited).to.equal(1)
    expect(home.state()).to.include({failures: 2, gateway_state: 'running'})
    writeFileSync(
      home.file('gateway_intent.json'),
      JSON.stringify({by: 'start', desired_state: 'running', updated_at: new Date().toISOString()}),
    )
    expect(await startGateway(home).exited).to.equal(9)
    expect(home.state().failures).to.equal(1)
  })
})
