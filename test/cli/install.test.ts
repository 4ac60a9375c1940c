import {expect} from 'chai'
import {chownSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, unlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {bootedHome} from '../support/booted-home.js'
import {hermesIn, NO_SUPERVISOR, type Hermes} from '../support/cli.js'
import {cleanUpDirectories, isOpenToOthers, temporaryDirectory} from '../support/directories.js'
import {fakeBackend, type FakeBackend, type FakeRules} from '../support/fake-backend.js'
import {freePort} from '../support/gateway.js'

cleanUpDirectories()

describe('gateway:install and gateway:uninstall', () => {
  let home: string
  let hermes: Hermes
  let fake: FakeBackend

  const given = async (rules: FakeRules = {}): Promise<void> => {
    fake = fakeBackend(home, rules)
    hermes = hermesIn(home, NO_SUPERVISOR)
    expect((await hermes('profile:create', 'coder')).code).to.equal(0)
    fake.forget()
  }

  const intent = (): string | undefined => {
    const file = join(home, 'profiles/coder/gateway_intent.json')
    return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as {desired_state: string}).desired_state : undefined
  }

  beforeEach(() => {
    home = temporaryDirectory()
  })

  it('place the service, up and wanted, and take it away again, down and not wanted', async () => {
    await given()
    const placed = await hermes('gateway:install', 'coder', '--json')
    expect(placed.code, placed.stdout).to.equal(0)
    expect(placed.json()).to.include({action: 'installed', profile: 'coder'})
    expect(fake.slots('user').coder).to.deep.include({enabled: true, options: {enable: true, start: true}, state: 'running'})
    expect(intent()).to.equal('running')
    expect((await hermes('gateway:install', 'coder')).stdout).to.include('already installed')

    const removed = await hermes('gateway:uninstall', 'coder', '--json')
    expect(removed.json()).to.include({action: 'uninstalled', profile: 'coder'})
    expect(fake.slots('user')).to.deep.equal({})
    expect(fake.calls().filter((call) => /stop|uninstall/.test(call))).to.deep.equal(['user stop coder', 'user uninstall coder'])
    expect(intent()).to.equal('stopped')
    expect(existsSync(join(home, 'profiles/coder/SOUL.md'))).to.equal(true)
    expect((await hermes('gateway:uninstall', 'coder', '--json')).json()).to.include({action: 'already-uninstalled'})
  })

  it('leave it down, or have it not come back, where that is said', async () => {
    await given()
    for (const [flag, options] of [
      ['--no-start', {enable: true, start: false}],
      ['--no-start-now', {enable: true, start: false}],
      ['--no-start-on-login', {enable: false, start: true}],
    ] as const) {
      const before = intent()
      expect((await hermes('gateway:install', 'coder', flag)).code, flag).to.equal(0)
      expect(fake.slots('user').coder!.options, flag).to.deep.equal(options)
      expect(intent(), flag).to.equal(options.start ? 'running' : before)
      await hermes('gateway:uninstall', 'coder')
    }

    expect((await hermes('gateway:install', 'coder', '--no-start', '--start-now')).code).to.equal(2)
  })

  it('act in the scope that is named, on every profile, and tell each', async () => {
    await given()
    const {code, json} = await hermes('gateway:install', '--all', '--system', '--no-start', '--json')
    expect(code).to.equal(0)
    expect(json().gateways.map(({action, profile}: any) => [profile, action])).to.deep.equal([
      ['default', 'installed'],
      ['coder', 'installed'],
    ])
    expect(Object.keys(fake.slots('system'))).to.have.members(['default', 'coder'])
    expect((await hermes('gateway:uninstall', 'coder')).code).to.equal(0)
    expect(Object.keys(fake.slots('system'))).to.deep.equal(['default'])
  })

  it('remove what a deleted profile left, and know no profile that never was', async () => {
    await given()
    fake.put('system', 'ghost')
    expect((await hermes('gateway:uninstall', 'ghost')).code).to.equal(0)
    expect(fake.slots('system')).to.deep.equal({})
    expect((await hermes('gateway:uninstall', 'ghost')).code).to.equal(4)
    expect((await hermes('gateway:uninstall', '../ghost')).code).to.equal(2)
    expect((await hermes('gateway:install', 'ghost')).code).to.equal(4)
  })

  it('keep the definition and the reason when it does not come up', async () => {
    await given({failing: {'user install coder': 'failed-to-start'}})
    const {code, json} = await hermes('gateway:install', 'coder', '--json')
    expect(code).to.equal(1)
    expect(json().error.code).to.equal('start-failed')
  })

  describe('of a manager that brings services back at every boot', () => {
    it('refuse a home in a temporary directory before anything is done, unless it is forced', async () => {
      await given({bootPersistence: true})
      for (const verb of ['gateway:install', 'gateway:start', 'gateway:restart']) {
        const {code, json} = await hermes(verb, 'coder', '--json')
        expect(code, verb).to.equal(78)
        expect(json().error, verb).to.include({code: 'temporary-home'})
      }

      expect(intent()).to.equal(undefined)
      expect(fake.slots('user')).to.deep.equal({})
      expect((await hermes('gateway:start', 'coder', '--force')).code).to.equal(0)
      expect((await hermes('gateway:uninstall', 'coder')).code).to.equal(0)
      expect((await hermes('gateway:install', 'coder', '--force')).code).to.equal(0)
      // What was forced once is looked after like any other.
      for (const verb of ['gateway:restart', 'gateway:stop', 'gateway:start']) expect((await hermes(verb, 'coder')).code, verb).to.equal(0)
    })

    it('see through a link to such a home', async function () {
      if (process.getuid?.() !== 0) this.skip()
      await given({bootPersistence: true})
      mkdirSync('/var/lib', {recursive: true})
      const link = `/var/lib/hermes-test-${process.pid}`
      symlinkSync(home, link)
      try {
        const {code} = await hermesIn(link, {...NO_SUPERVISOR, HOME: home})('gateway:start', 'coder')
        expect(code).to.equal(78)
      } finally {
        unlinkSync(link)
      }
    })
  })

  describe('for another user', () => {
    const USER = 'nobody'

    it('need --system, a user there is, and a home of that user', async function () {
      if (process.getuid?.() !== 0) this.skip()
      await given()
      expect((await hermes('gateway:install', 'coder', '--run-as-user', USER)).code).to.equal(2)
      for (const name of ['no-such-user-here', '-rf', 'a b', '']) {
        const {code} = await hermes('gateway:install', 'coder', '--system', `--run-as-user=${name}`)
        expect(code, name).to.equal(2)
      }

      const {code, json} = await hermes('gateway:install', 'coder', '--system', '--run-as-user', USER, '--json')
      expect(code).to.equal(77)
      expect(json().error.message).to.include(home)
      expect(fake.calls()).to.deep.equal([])
    })

    it('act for the owner of the home: it runs as that user, and every file is that user’s', async function () {
      if (process.getuid?.() !== 0 || !isOpenToOthers()) this.skip()
      await given({bootPersistence: true, unusable: {user: 'no bus'}})
      for (const name of readdirSync(home, {recursive: true})) chownSync(join(home, String(name)), 65_534, 65_534)
      chownSync(home, 65_534, 65_534)
      const placed = await hermes('gateway:install', 'coder', '--system', '--run-as-user', USER, '--force', '--json')
      expect(placed.code, placed.stdout).to.equal(0)
      expect(fake.slots('system').coder!.spec.user).to.equal(USER)
      for (const words of [['gateway:start'], ['gateway:restart'], ['gateway:stop'], ['gateway:start', '--all', '--force']]) {
        const name = words.includes('--all') ? [] : ['coder']
        const done = await hermes(...words, ...name)
        expect(done.code, `${words.join(' ')}${done.stderr}`).to.equal(0)
        expect(fake.slots('system').coder!.spec.user, words[0]).to.equal(USER)
      }

      expect(intent()).to.equal('running')
      expect((await hermes('profile:rename', 'coder', 'senior')).code).to.equal(0)
      expect(fake.slots('system').senior!.spec.user).to.equal(USER)
      const ours = readdirSync(home, {recursive: true}).map(String)
      const roots = ours.filter((name) => !/^(?:fake|\.fake|\.local|\.cache)/.test(name) && lstatSync(join(home, name)).uid === 0)
      expect(roots).to.deep.equal([])
      expect((await hermes('profile:delete', 'senior', '--yes')).code).to.equal(0)
      expect(fake.slots('system')).to.not.have.property('senior')
    })
  })
})

describe('gateway:install and gateway:uninstall under s6', () => {
  cleanUpDirectories()
  const here = bootedHome()

  it('explain who does it, and fail where that has not been', async () => {
    await here.ok('profile:create', 'coder', '--port', String(await freePort()))
    const placed = await here.ok('gateway:install', 'coder')
    expect(placed).to.include({action: 'already-installed'})
    expect(placed.note).to.include('profile:create').and.include('profile:delete')
    expect(placed.status.state).to.equal('stopped')
    const kept = await here.hermes('gateway:uninstall', 'coder', '--json')
    expect(kept.code).to.equal(1)
    expect(kept.json().error).to.include({code: 'not-supported'})
    expect((await here.ok('gateway:list')).gateways.map(({registered}: any) => registered)).to.deep.equal([true, true])
    // Made by hand: nobody registered it.
    mkdirSync(join(here.home, 'profiles/hand'))
    writeFileSync(join(here.home, 'profiles/hand/SOUL.md'), '')
    const missing = await here.hermes('gateway:install', 'hand', '--json')
    expect(missing.code).to.equal(1)
    expect(missing.json().error.suggestions[0]).to.include('gateway:start hand')
    expect(await here.ok('gateway:uninstall', 'hand')).to.include({action: 'already-uninstalled'})
  })

  it('do not mind that the home is temporary', async () => {
    await here.ok('profile:create', 'coder', '--port', String(await freePort()))
    expect(await here.ok('gateway:start', 'coder')).to.include({action: 'started'})
  })
})
