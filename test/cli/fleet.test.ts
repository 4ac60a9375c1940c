import {expect} from 'chai'
import {execa} from 'execa'
import {mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {bootedHome} from '../support/booted-home.js'
import {cleanEnvironment} from '../support/cli.js'
import {cleanUpDirectories, fixture, root} from '../support/directories.js'
import {alive, familyOf, killAll} from '../support/processes.js'
import {until} from '../support/wait.js'

cleanUpDirectories()

const state = (home: string, profile: string): any =>
  JSON.parse(readFileSync(join(home, 'profiles', profile, 'gateway_state.json'), 'utf8'))
const intent = (home: string, profile: string): any =>
  JSON.parse(readFileSync(join(home, 'profiles', profile, 'gateway_intent.json'), 'utf8'))

/** The whole of hermes on a private s6 tree, seen from outside: commands, files, processes. */
describe('gateways on real s6', () => {
  const here = bootedHome()

  const program = (name: string, ...args: string[]): string =>
    ['exec', process.execPath, fixture(name), ...args].map((word) => (word === 'exec' ? word : `'${word}'`)).join(' ')

  const create = async (name: string, command?: string): Promise<void> => {
    const made = await here.hermes('profile:create', name, ...(command ? ['--command', command] : []))
    expect(made.code, made.stderr).to.equal(0)
  }

  const status = async (profile: string): Promise<any> => (await here.hermes('gateway:status', '-p', profile, '--json')).json()

  it('registers on create, down, and never starts', async () => {
    await create('coder')
    const now = await status('coder')
    expect(now).to.include({intent: 'none', pid: null, registered: true, state: 'stopped'})
    expect((await here.ok('backend:inspect')).services).to.deep.equal(['coder', 'default'])
  })

  it('starts, and says again that it is so', async () => {
    await create('coder')
    const first = await here.ok('gateway:start', '-p', 'coder')
    expect(first.action).to.equal('started')
    expect(first.status).to.include({intent: 'running', ready: true, state: 'running'})
    expect(alive(first.status.pid)).to.equal(true)
    const again = await here.ok('-p', 'coder', 'gateway', 'start')
    expect(again.action).to.equal('already-running')
    expect(again.status.pid).to.equal(first.status.pid)
    expect(intent(here.home, 'coder').desired_state).to.equal('running')
    expect((await here.hermes('gateway:status', '-p', 'coder')).code).to.equal(0)
    const health = await fetch(`http://127.0.0.1:${first.status.port}/health`)
    expect(health.status).to.equal(200)
  })

  it('stops, and stays down', async () => {
    await create('coder')
    const {status: up} = await here.ok('gateway:start', '-p', 'coder')
    const stopped = await here.ok('gateway:stop', '-p', 'coder')
    expect(stopped.action).to.equal('stopped')
    expect(alive(up.pid)).to.equal(false)
    expect(state(here.home, 'coder')).to.include({exit_code: 0, gateway_state: 'stopped'})
    expect(intent(here.home, 'coder').desired_state).to.equal('stopped')
    expect((await here.ok('gateway:stop', '-p', 'coder')).action).to.equal('already-stopped')
    expect((await here.hermes('gateway:status', '-p', 'coder')).code).to.equal(3)
  })

  it('restarts into a new process, six times in a row without meeting the crash-loop limit', async () => {
    await create('coder')
    let {pid} = (await here.ok('gateway:start', '-p', 'coder')).status
    for (let round = 0; round < 6; round++) {
      const restarted = await here.ok('gateway:restart', '-p', 'coder')
      expect(restarted.action).to.equal('restarted')
      expect(restarted.status.pid).to.not.equal(pid)
      pid = restarted.status.pid
    }
  })

  it('does not end a running gateway for a configuration that cannot work', async () => {
    await create('coder')
    const {pid} = (await here.ok('gateway:start', '-p', 'coder')).status
    writeFileSync(join(here.home, 'profiles/coder/config.yaml'), 'gateway: {drain_timeout: soon}\n')
    const refused = await here.hermes('gateway:restart', '-p', 'coder', '--json')
    expect([refused.code, refused.json().error.code]).to.deep.equal([78, 'config-invalid'])
    expect(await status('coder')).to.include({pid, state: 'running'})
  })

  it('brings a killed gateway back', async () => {
    await create('coder', program('gateway-program.mjs', 'pid'))
    const {pid} = (await here.ok('gateway:start', '-p', 'coder')).status
    process.kill(pid, 'SIGKILL')
    const back = await until('a new process', async () => {
      const now = await status('coder')
      return now.state === 'running' && now.pid !== pid && now.ready ? now : undefined
    })
    expect(alive(back.pid)).to.equal(true)
  })

  it('takes an unmarked SIGTERM as the machine going down: it comes back, and is still meant to run', async () => {
    await create('coder')
    const {pid} = (await here.ok('gateway:start', '-p', 'coder')).status
    process.kill(pid, 'SIGTERM')
    await until('a new process', async () => {
      const now = await status('coder')
      return now.state === 'running' && now.pid !== pid
    })
    expect(intent(here.home, 'coder').desired_state).to.equal('running')
  })

  it('gives up on a crash loop, says so, and starts again when told to', async () => {
    await create('crashing', program('gateway-program.mjs', 'exit', '3'))
    const failed = await here.hermes('gateway:start', '-p', 'crashing', '--json')
    expect(failed.code).to.equal(1)
    expect(failed.json().error.code).to.equal('start-failed')
    expect(failed.json().error.message).to.match(/exited with 3/)
    const down = await until(
      'the limit',
      async () => {
        const now = await status('crashing')
        return now.state === 'failed' ? now : undefined
      },
      40_000,
    )
    expect(down.reason).to.match(/3/)
    writeFileSync(join(here.home, 'profiles/crashing/config.yaml'), 'port: 9777\n')
    expect((await here.ok('gateway:start', '-p', 'crashing')).status.state).to.equal('running')
  })

  it('does not restart what cannot ever start, and shows its reason and its log', async () => {
    await create('broken', '/no/such/program')
    const failed = await here.hermes('gateway:start', '-p', 'broken', '--json')
    expect(failed.code).to.equal(78)
    expect(failed.json().error.code).to.equal('config-invalid')
    expect(failed.json().error.message).to.match(/no.such.program/)
    expect(await status('broken')).to.include({observed: 'startup_failed', pid: null, state: 'failed'})
    writeFileSync(join(here.home, 'profiles/broken/config.yaml'), 'gateway: [not, a, mapping]\n')
    const invalid = await here.hermes('gateway:start', '-p', 'broken', '--json')
    expect(invalid.code).to.equal(78)
    expect(invalid.json().error.message).to.match(/config\.yaml/)
  })

  it('lets a program that ends with 0 stay down', async () => {
    await create('once', program('gateway-program.mjs', 'later', '1500', 'exit', '0'))
    await here.ok('gateway:start', '-p', 'once')
    const down = await until('it ends', async () => {
      const now = await status('once')
      return now.pid === null && now.state !== 'starting' ? now : undefined
    })
    expect(down.state).to.equal('stopped')
  })

  it('kills a program that ignores SIGTERM once its drain time is over', async () => {
    await create('stubborn', program('gateway-program.mjs', 'stubborn'))
    const config = join(here.home, 'profiles/stubborn/config.yaml')
    writeFileSync(
      config,
      `port: 9778\ngateway:\n  command: ${JSON.stringify(program('gateway-program.mjs', 'stubborn'))}\n  drain_timeout: 1\n`,
    )
    const {pid} = (await here.ok('gateway:start', '-p', 'stubborn')).status
    const child = state(here.home, 'stubborn').child_pid
    const stopped = await here.ok('gateway:stop', '-p', 'stubborn')
    expect(stopped.action).to.equal('stopped')
    expect([alive(pid), alive(child)]).to.deep.equal([false, false])
  })

  it('runs one process however many start it at once', async () => {
    await create('coder')
    const results = await Promise.all(Array.from({length: 20}, () => here.hermes('gateway:start', '-p', 'coder', '--json')))
    expect(results.map(({code, stderr, stdout}) => (code === 0 ? 0 : stdout + stderr))).to.deep.equal(Array.from({length: 20}, () => 0))
    const pids = new Set(results.map((result) => result.json().status.pid))
    expect(pids.size).to.equal(1)
    const gateways = familyOf(here.tree).filter((pid) => {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      return words.includes('gateway') && words.includes('run') && !words.includes('s6-supervise')
    })
    expect(gateways).to.deep.equal([...pids])
  })

  it('works over many: names, --all, one failure among them', async () => {
    await create('coder')
    await create('writer')
    await create('broken', '/no/such/program')
    const mixed = await here.hermes('gateway:start', 'coder', 'broken', 'writer', '--json')
    expect(mixed.code).to.equal(78)
    expect(mixed.json().gateways.map(({ok: good, profile}: any) => [profile, good])).to.deep.equal([
      ['coder', true],
      ['broken', false],
      ['writer', true],
    ])
    const listed = (await here.hermes('gateway:list', '--json')).json().gateways
    expect(listed.map(({profile, state: now}: any) => [profile, now])).to.deep.equal([
      ['default', 'stopped'],
      ['broken', 'failed'],
      ['coder', 'running'],
      ['writer', 'running'],
    ])
    expect((await here.ok('gateway:stop', '--all')).gateways).to.have.length(4)
    expect((await here.hermes('gateway:status', '--all')).code).to.equal(3)
  })

  it('shows logs, one and many, and follows', async () => {
    await create('chatty', program('gateway-program.mjs', 'pid'))
    await here.ok('gateway:start', '-p', 'chatty')
    const lines = await until('a line', async () => {
      const {stdout} = await here.hermes('gateway:logs', '-p', 'chatty', '-n', '20')
      return stdout.includes('pid ') ? stdout : undefined
    })
    expect(lines).to.match(/pid \d+/)
    const following = execa(process.execPath, [join(root, 'bin/run.js'), 'gateway:logs', '-f', '-p', 'chatty', '-n', '0'], {
      env: cleanEnvironment(here.home),
      extendEnv: false,
      reject: false,
    })
    let seen = ''
    following.stdout.on('data', (chunk) => {
      seen += String(chunk)
    })
    // Until the follower is there nobody reads; a restart prints again and again until it has been seen.
    await until(
      'a new line is shown',
      async () => {
        await here.ok('gateway:restart', '-p', 'chatty')
        return seen.includes('pid ')
      },
      40_000,
    )
    following.kill('SIGINT')
    expect((await following).exitCode).to.equal(0)
  })

  it('leaves live gateways alone when it reconciles', async () => {
    await create('coder')
    await create('writer')
    const {pid} = (await here.ok('gateway:start', '-p', 'coder')).status
    const scandir = join(here.home, 'run/service')
    for (let round = 0; round < 2; round++) {
      const {actions, errors} = await here.ok('container:reconcile', '--scandir', scandir)
      expect(errors).to.deep.equal([])
      expect(actions.map(({action, profile}: any) => [profile, action])).to.deep.equal([
        ['default', 'registered'],
        ['coder', 'started'],
        ['writer', 'registered'],
      ])
    }

    expect((await status('coder')).pid).to.equal(pid)
    expect((await status('writer')).pid).to.equal(null)
  })

  it('brings back exactly what was meant to run after kill -9 of everything', async () => {
    for (const name of ['coder', 'writer', 'idle']) await create(name)
    await create('broken', '/no/such/program')
    const {pid} = (await here.ok('gateway:start', '-p', 'coder')).status
    await here.ok('gateway:start', '-p', 'writer')
    await here.ok('gateway:stop', '-p', 'writer')
    await here.hermes('gateway:start', '-p', 'broken')
    await killAll(familyOf(here.tree))
    rmSync(join(here.home, 'run/service'), {force: true, recursive: true})
    here.tree = (await here.ok('s6', 'boot')).pid
    const back = await until('coder is back', async () => {
      const now = await status('coder')
      return now.state === 'running' && now.ready ? now : undefined
    })
    expect(back.pid).to.not.equal(pid)
    for (const name of ['writer', 'idle', 'broken']) expect((await status(name)).pid, name).to.equal(null)
    expect((await status('broken')).reason).to.match(/not found|127/)
    const log = readFileSync(join(here.home, 'logs/container-boot.log'), 'utf8').trim().split('\n').slice(-5)
    expect(log.map((line) => line.replace(/^\S+ /, '').replace(/ reason=.*/, ''))).to.deep.equal([
      'profile=default prior_state=none intent=none action=registered',
      'profile=broken prior_state=startup_failed intent=running action=registered',
      'profile=coder prior_state=running intent=running action=started',
      'profile=idle prior_state=none intent=none action=registered',
      'profile=writer prior_state=stopped intent=stopped action=registered',
    ])
  })

  it('takes over a gateway whose supervisor was killed, and never runs two', async () => {
    await create('coder')
    const {pid} = (await here.ok('gateway:start', '-p', 'coder')).status
    const supervisors = familyOf(here.tree).filter(
      (member) => member !== pid && readFileSync(`/proc/${member}/comm`, 'utf8').startsWith('s6-'),
    )
    await killAll(supervisors)
    expect(alive(pid)).to.equal(true)
    here.tree = (await here.ok('s6', 'boot')).pid
    const now = await until(
      'one new supervised process',
      async () => {
        const seen = await status('coder')
        return seen.state === 'running' && seen.ready && seen.pid !== pid ? seen : undefined
      },
      30_000,
    )
    expect(alive(pid)).to.equal(false)
    expect(familyOf(here.tree)).to.include(now.pid)
  })

  it('shows the logs of the others when one has none, and says which', async () => {
    await create('chatty')
    await here.ok('gateway:start', '-p', 'chatty')
    mkdirSync(join(here.home, 'profiles/stranger'))
    writeFileSync(join(here.home, 'profiles/stranger/SOUL.md'), '')
    const {code, stderr, stdout} = await here.hermes('gateway:logs', 'stranger', 'chatty')
    expect(code, stderr).to.equal(4)
    expect(stdout).to.include('chatty: ')
    expect(stderr).to.include('stranger: failed')
  })

  it('refuses to rename what runs in the foreground', async () => {
    await create('coder')
    const foreground = execa(process.execPath, [join(root, 'bin/run.js'), 'gateway:run', '-p', 'coder'], {
      env: {HERMES_HOME: here.home},
      reject: false,
    })
    await until('it runs', async () => (await status('coder')).state === 'foreground')
    const refused = await here.hermes('profile:rename', 'coder', 'senior', '--json')
    expect(refused.json().error.code).to.equal('profile-running')
    await here.ok('gateway:stop', '-p', 'coder')
    expect((await foreground).exitCode).to.equal(0)
  })

  it('moves a running gateway to its new name, and removes a deleted one without a trace', async () => {
    await create('coder')
    const {pid, port} = (await here.ok('gateway:start', '-p', 'coder')).status
    expect(await here.ok('profile:rename', 'coder', 'senior')).to.include({restarted: true})
    const now = await status('senior')
    expect(now).to.include({intent: 'running', port, state: 'running'})
    expect(alive(pid)).to.equal(false)
    expect((await here.ok('backend:inspect')).services).to.deep.equal(['default', 'senior'])
    await here.ok('profile:delete', 'senior', '--yes')
    expect(alive(now.pid)).to.equal(false)
    expect((await here.ok('backend:inspect')).services).to.deep.equal(['default'])
  })

  it('ends nothing and starts nothing while a foreground gateway runs the profile', async () => {
    await create('coder')
    const foreground = execa(process.execPath, [join(root, 'bin/run.js'), 'gateway:run', '-p', 'coder'], {
      env: {HERMES_HOME: here.home},
      reject: false,
    })
    await until('it runs', async () => (await status('coder')).state === 'foreground')
    const refused = await here.hermes('gateway:start', '-p', 'coder', '--json')
    expect(refused.code).to.equal(1)
    expect(refused.json().error.code).to.equal('already-running')
    const stopped = await here.ok('gateway:stop', '-p', 'coder')
    expect(stopped.action).to.equal('stopped')
    expect((await foreground).exitCode).to.equal(0)
  })
})
