import {expect} from 'chai'
import {execa} from 'execa'
import {existsSync, lstatSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {bootedHome} from '../support/booted-home.js'
import {cleanEnvironment, hermesIn, NO_SUPERVISOR} from '../support/cli.js'
import {cleanUpDirectories, root} from '../support/directories.js'
import {freePort} from '../support/gateway.js'
import {alive} from '../support/processes.js'
import {until} from '../support/wait.js'

cleanUpDirectories()

const SUPERVISE = {HERMES_GATEWAY_SUPERVISE: '1'}

describe('gateway:run in an image that supervises', () => {
  const here = bootedHome()
  let left: Array<Promise<unknown> & {kill(): boolean}> = []

  /** Another checkout may be tested beside this one. */
  beforeEach(async () => writeFileSync(join(here.home, 'config.yaml'), `port: ${await freePort()}\n`))

  afterEach(async () => {
    // Not SIGKILL: what follows the log would stay.
    for (const one of left) one.kill()
    await Promise.allSettled(left)
    left = []
  })

  /** As a person has it: it goes on until it is left. */
  function attended(words: readonly string[], environment: Record<string, string> = SUPERVISE) {
    const running = execa(process.execPath, [join(root, 'bin/run.js'), ...words], {
      env: cleanEnvironment(here.home, environment),
      extendEnv: false,
      reject: false,
    })
    const seen = {stderr: '', stdout: ''}
    for (const name of ['stderr', 'stdout'] as const) {
      running[name].on('data', (text) => {
        seen[name] += String(text)
      })
    }

    left.push(running)
    return {running, seen}
  }

  const status = async (name: string): Promise<any> => (await here.hermes('gateway:status', '-p', name, '--json')).json()
  /** Its status, once it is as told. */
  const once = (what: string, name: string, is: (now: any) => boolean): Promise<any> =>
    until(
      what,
      async () => {
        const now = await status(name)
        return is(now) && now
      },
      30_000,
    )
  const intent = (name: string): any =>
    JSON.parse(readFileSync(join(name === 'default' ? here.home : join(here.home, 'profiles', name), 'gateway_intent.json'), 'utf8'))
  /** As an init runs the command of its container. */
  const asCommand = (mark = join(here.home, 'handed-over'), more: Record<string, string> = {}) =>
    hermesIn(here.home, {...SUPERVISE, HERMES_HANDED_OVER_FILE: mark, ...more})

  it('starts it, says so, shows its log, and leaves it running when it is left', async () => {
    const {running, seen} = attended(['gateway', 'run'])
    await until('the log is shown', () => seen.stdout.includes('hermes: gateway of profile default'), 30_000)
    const now = await status('default')
    expect(now).to.include({intent: 'running', ready: true, state: 'running'})
    expect(intent('default').by).to.equal('gateway:run')
    expect(seen.stderr)
      .to.include('s6 supervision')
      .and.include(`pid ${now.pid}, port ${now.port}`)
      .and.include('hermes gateway stop')
      .and.include('hermes gateway status')
      .and.include('--no-supervise')
      .and.include('HERMES_GATEWAY_NO_SUPERVISE=1')
    running.kill('SIGINT')
    const {exitCode} = await running
    expect(exitCode, seen.stderr).to.equal(0)
    expect(seen.stderr).to.include('Detached')
    expect(alive(now.pid)).to.equal(true)
    expect((await status('default')).pid).to.equal(now.pid)
  })

  it('ends when the gateway is stopped, and not when it is restarted or killed', async () => {
    await here.ok('profile:create', 'coder', '--port', String(await freePort()))
    const {running, seen} = attended(['-p', 'coder', 'gateway', 'run'])
    const {pid} = await once('it runs', 'coder', ({ready}) => ready === true)
    expect(seen.stderr).to.include('hermes gateway stop -p coder')
    const {status: second} = await here.ok('gateway:restart', '-p', 'coder')
    expect(second.pid).not.to.equal(pid)
    process.kill(second.pid, 'SIGKILL')
    await once('it is back', 'coder', (now) => now.ready === true && now.pid !== second.pid)
    expect(running.exitCode ?? null).to.equal(null)
    await here.ok('gateway:stop', '-p', 'coder')
    expect((await running).exitCode).to.equal(3)
    expect(seen.stderr).to.include('is stopped').and.include('hermes gateway start -p coder')
  })

  it('lets whoever does not want to wait go, and goes on starting', async () => {
    await here.ok('profile:create', 'slow')
    writeFileSync(
      join(here.home, 'profiles/slow/config.yaml'),
      `port: ${await freePort()}\ngateway: {command: exec sleep 1000, ready: {after: 3}}\n`,
    )
    const {running, seen} = attended(['gateway', 'run', '-p', 'slow'])
    const {pid} = await once('it starts', 'slow', (now) => now.pid !== null)
    running.kill('SIGTERM')
    expect((await running).exitCode, seen.stderr).to.equal(0)
    expect(seen.stderr).to.include('Detached')
    expect(await once('it is ready', 'slow', ({ready}) => ready === true)).to.include({pid, state: 'running'})
  })

  it('fails as gateway:start does', async () => {
    await here.ok('profile:create', 'broken', '--command', '/no/such/program')
    const {running, seen} = attended(['gateway:run', '--profile', 'broken'])
    expect((await running).exitCode).to.equal(78)
    expect(seen.stderr)
      .to.match(/Error: the gateway of "broken" did not start.*\nTry: /s)
      .and.include('Code: config-invalid')
  })

  it('is the gateway itself when that is asked for, or when a supervisor calls in any form', async () => {
    await here.ok('profile:create', 'coder', '--port', String(await freePort()))
    const supervised = {...SUPERVISE, HERMES_SUPERVISED: '1'}
    for (const [words, environment] of [
      [['gateway:run', '-p', 'coder', '--no-supervise'], SUPERVISE],
      [['gateway', 'run', '-p', 'coder'], {...SUPERVISE, HERMES_GATEWAY_NO_SUPERVISE: 'true'}],
      [['-p', 'coder', 'gateway', 'run'], supervised],
      [['-pcoder', 'gateway', 'run'], supervised],
      [['gateway', '-pcoder', 'run'], supervised],
      [['gateway', 'run', '--supervise', '--profile=coder'], supervised],
      [['gateway:run', '-p', 'coder', '--'], supervised],
    ] as Array<[string[], Record<string, string>]>) {
      const {running, seen} = attended(words, environment)
      const now = await once(`${words.join(' ')} runs`, 'coder', ({state}) => state === 'foreground')
      expect(now.pid, words.join(' ')).to.equal(running.pid)
      running.kill('SIGINT')
      expect((await running).exitCode, words.join(' ')).to.equal(0)
      expect(seen.stderr).not.to.include('supervision')
    }

    expect((await status('coder')).intent).to.equal('none')
  })

  it('is the gateway itself, and says that nothing supervises it, where there is no service manager', async () => {
    await here.ok('profile:create', 'coder', '--port', String(await freePort()))
    const {running, seen} = attended(['gateway:run', '-p', 'coder'], {...SUPERVISE, ...NO_SUPERVISOR})
    await once('it runs', 'coder', ({state}) => state === 'foreground')
    expect(seen.stderr).to.match(/^Warning: no service manager is usable here/m)
    running.kill('SIGINT')
    expect((await running).exitCode).to.equal(0)
  })

  it('is ended by gateway:stop where there is no service manager, which otherwise says that there is none', async () => {
    await here.ok('profile:create', 'coder', '--port', String(await freePort()))
    const bare = hermesIn(here.home, NO_SUPERVISOR)
    const {running} = attended(['gateway:run', '-p', 'coder'], NO_SUPERVISOR)
    await once('it runs', 'coder', ({state}) => state === 'foreground')
    const stopped = await bare('gateway:stop', 'coder')
    expect(stopped.code, stopped.stderr).to.equal(0)
    expect((await running).exitCode).to.equal(0)
    expect(intent('coder')).to.include({by: 'gateway:stop', desired_state: 'stopped'})
    expect((await bare('gateway:stop', 'coder')).code).to.equal(69)
  })

  it('as the command of a container: hands over, leaves the mark, and ends', async () => {
    const mark = join(here.home, 'handed-over')
    const {code, stderr, stdout} = await asCommand(mark)('gateway', 'run')
    expect(code, stderr).to.equal(0)
    expect(stdout).to.equal('')
    const now = await status('default')
    expect(now).to.include({intent: 'running', ready: true, state: 'running'})
    expect(stderr).to.include('s6 supervision').and.include(`default: started (pid ${now.pid}, port ${now.port}`)
    expect(lstatSync(mark).size).to.equal(0)
  })

  it('as the command of a container: an operator’s stop stands', async () => {
    await here.ok('profile:create', 'coder', '--port', String(await freePort()))
    await here.ok('gateway:stop', '-p', 'coder')
    const written = intent('coder')
    const {code, stderr} = await asCommand()('gateway', 'run', '-p', 'coder')
    expect(code, stderr).to.equal(0)
    expect(stderr).to.include('s6 supervision').and.include('stopped by its operator; `hermes gateway start -p coder` brings it back')
    expect(await status('coder')).to.include({pid: null, state: 'stopped'})
    expect(intent('coder')).to.deep.equal(written)
    expect(existsSync(join(here.home, 'handed-over'))).to.equal(true)
  })

  it('as the command of a container: a gateway that cannot start is told, and the container stays', async () => {
    writeFileSync(join(here.home, 'config.yaml'), 'gateway: {command: /no/such/program}\n')
    const {code, stderr} = await asCommand()('gateway', 'run')
    expect(code, stderr).to.equal(0)
    expect(stderr).to.include('Error: the gateway of "default" did not start').and.include('Code: config-invalid')
    expect(stderr).to.include('The container stays up')
    expect(existsSync(join(here.home, 'handed-over'))).to.equal(true)
  })

  it('as the command of a container: a wrong command fails and hands nothing over', async () => {
    const {code, stderr} = await asCommand()('gateway', 'run', '-p', 'nobody')
    expect(code, stderr).to.equal(4)
    expect(existsSync(join(here.home, 'handed-over'))).to.equal(false)
  })

  it('as the command of a container: writes its mark over nothing and through nothing', async () => {
    const [mark, canary] = [join(here.home, 'handed-over'), join(here.home, 'canary')]
    symlinkSync(canary, mark)
    const {code, stderr} = await asCommand(mark)('gateway', 'run')
    expect(code, stderr).to.equal(0)
    expect(stderr).to.match(/^Warning: HERMES_HANDED_OVER_FILE could not be made/m)
    expect(existsSync(canary)).to.equal(false)
  })
})
