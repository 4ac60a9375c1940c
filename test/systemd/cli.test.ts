import {expect} from 'chai'
import {execa} from 'execa'
import {existsSync, readdirSync, rmSync} from 'node:fs'
import {homedir, tmpdir} from 'node:os'
import {join} from 'node:path'

import {cleanEnvironment, hermesIn} from '../support/cli.js'
import {root} from '../support/directories.js'
import {labHome, labHost, removeAll, scope, systemctl, unitDirectory} from '../support/systemd.js'
import {until} from '../support/wait.js'

describe(`hermes on systemd (${scope})`, () => {
  const lab = labHome()
  const {hermes, ok, show, unit} = lab
  const status = async (profile = 'coder') => (await hermes('gateway:status', '-p', profile, '--json')).json()
  const enabled = async (profile = 'coder') => (await systemctl('is-enabled', unit(profile))).stdout
  const none = () => expect(() => unit('coder')).to.throw(/no unit/)

  it('start, crash, restart and stop mean what they mean elsewhere', async () => {
    const started = await hermes('gateway:start', '-p', 'coder', '--json')
    expect(started.code, started.stdout + started.stderr).to.equal(0)
    const first = started.json().status
    expect(first).to.include({enabled: true, ready: true, state: 'running'})
    expect((await ok('gateway:start', 'coder', '--json')).json()).to.include({action: 'already-running'})

    process.kill(first.pid, 'SIGKILL')
    const second = await until('it is back', async () => {
      const now = await status()
      return now.state === 'running' && now.pid !== first.pid && now
    })
    const restarted = (await ok('gateway:restart', '-p', 'coder', '--json')).json()
    expect(restarted.status).to.include({ready: true, state: 'running'})
    expect(restarted.status.pid).not.to.equal(second.pid)

    expect((await ok('gateway:stop', '-p', 'coder', '--json')).json()).to.include({action: 'stopped'})
    expect(await status()).to.include({enabled: false, intent: 'stopped', state: 'stopped'})
    expect((await ok('gateway:stop', 'coder', '--json')).json()).to.include({action: 'already-stopped'})
    expect((await hermes('gateway:logs', '-p', 'coder', '-n', '50')).stdout.match(/is running/g)).to.have.length(3)
  })

  it('status says how it is by its exit code', async () => {
    expect((await hermes('gateway:status', 'coder')).code).to.equal(3)
    await ok('gateway:start', 'coder')
    expect((await hermes('gateway:status', 'coder')).code).to.equal(0)
    await systemctl('stop', unit('coder'))
    expect((await hermes('gateway:status', 'coder')).code).to.equal(3)
    for (const verb of ['gateway:status', 'gateway:start', 'gateway:logs']) expect((await hermes(verb, 'nobody')).code, verb).to.equal(4)
    expect((await hermes('gateway:logs', 'default')).code).to.equal(4)
  })

  it('--all acts on every profile, and list shows them', async () => {
    await ok('profile:create', 'writer')
    await ok('gateway:start', '--all')
    const {gateways} = (await ok('gateway:list', '--json')).json()
    expect(gateways.map((one: {profile: string; scope: string; state: string}) => [one.profile, one.state, one.scope])).to.deep.equal([
      ['default', 'running', scope],
      ['coder', 'running', scope],
      ['writer', 'running', scope],
    ])
    const restarted = (await ok('gateway:restart', '--all', '--json')).json().gateways
    expect(restarted.map(({ok: well}: {ok: boolean}) => well)).to.deep.equal([true, true, true])
    await ok('gateway:stop', '--all')
    expect((await hermes('gateway:status', '--all')).code).to.equal(3)
    await ok('gateway:uninstall', '--all')
    expect(readdirSync(unitDirectory).filter((name) => name.startsWith('hermes-gateway-'))).to.deep.equal([])
  })

  it('logs -f goes on with what comes', async () => {
    await ok('gateway:start', 'coder')
    const env = cleanEnvironment(lab.home, {HOME: homedir(), XDG_RUNTIME_DIR: ''})
    const following = execa(process.execPath, [join(root, 'bin/run.js'), 'gateway:logs', 'coder', '-f'], {
      env,
      extendEnv: false,
      reject: false,
    })
    let seen = ''
    following.stdout.on('data', (chunk) => {
      seen += String(chunk)
    })
    await until('the first line', () => seen.includes('is running'))
    await ok('gateway:restart', 'coder')
    await until('the second life', () => (seen.match(/is running/g) ?? []).length === 2)
    following.kill('SIGINT')
    expect((await following).exitCode).to.equal(0)
  })

  it('install leaves it down, keeps it from coming back, or does both, and uninstall removes it', async () => {
    for (const [flags, state, is] of [
      [['--no-start'], 'stopped', 'enabled'],
      [['--no-start-now'], 'stopped', 'enabled'],
      [['--no-start-on-login'], 'running', 'disabled'],
      [['--no-start', '--no-start-on-login'], 'stopped', 'disabled'],
      [[], 'running', 'enabled'],
    ] as const) {
      expect((await ok('gateway:install', 'coder', ...flags, '--json')).json(), flags.join(' ')).to.include({action: 'installed'})
      expect((await ok('gateway:install', 'coder', ...flags, '--json')).json()).to.include({action: 'already-installed'})
      expect([await status(), await enabled()].map((one) => one.state ?? one)).to.deep.equal([state, is])
      expect((await ok('gateway:uninstall', 'coder', '--json')).json()).to.include({action: 'uninstalled'})
      none()
    }

    expect((await ok('gateway:uninstall', 'coder', '--json')).json()).to.include({action: 'already-uninstalled'})
    expect(existsSync(lab.directory('coder'))).to.equal(true)
  })

  it('a rename takes the service along, as it was; a deletion removes it', async () => {
    await ok('gateway:start', 'coder')
    await ok('profile:rename', 'coder', 'senior')
    none()
    expect(await status('senior')).to.include({enabled: true, ready: true, state: 'running'})
    await ok('gateway:stop', 'senior')
    await ok('profile:rename', 'senior', 'coder')
    expect(await status()).to.include({enabled: false, registered: true, state: 'stopped'})
    await ok('gateway:start', 'coder')
    const {pid} = await status()
    expect((await ok('profile:delete', 'coder', '--yes', '--json')).json().services_removed).to.deep.equal([`systemd (${scope})`])
    none()
    expect(existsSync(`/proc/${pid}`)).to.equal(false)
  })

  it('a home in /tmp is refused before anything is done, unless that is forced', async () => {
    const home = join(tmpdir(), `hermes-${process.pid}`)
    const there = hermesIn(home, {HOME: homedir(), XDG_RUNTIME_DIR: ''})
    try {
      await there('profile:create', 'brief')
      for (const verb of ['gateway:start', 'gateway:install', 'gateway:restart']) {
        const refused = await there(verb, 'brief', '--json')
        expect([refused.code, refused.json().error.code], verb).to.deep.equal([78, 'temporary-home'])
      }

      expect(() => unit('brief')).to.throw(/no unit/)
      expect((await there('gateway:install', 'brief', '--force')).code).to.equal(0)
      expect((await show('brief', 'ActiveState')).ActiveState).to.equal('active')
      // The consent is given once.
      expect((await there('gateway:restart', 'brief')).code).to.equal(0)
      const {findings} = (await there('doctor', '--json')).json()
      expect(findings.map(({check}: {check: string}) => check)).to.include('temporary-home')
    } finally {
      await removeAll(labHost(home))
      rmSync(home, {force: true, recursive: true})
    }
  })
})
