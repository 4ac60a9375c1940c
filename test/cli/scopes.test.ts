import {expect} from 'chai'

import {hermesIn, NO_SUPERVISOR, type Hermes} from '../support/cli.js'
import {cleanUpDirectories, temporaryDirectory} from '../support/directories.js'
import {fakeBackend, type FakeBackend, type FakeRules} from '../support/fake-backend.js'

cleanUpDirectories()

describe('a service manager with a user and a system scope', () => {
  let home: string
  let hermes: Hermes
  let fake: FakeBackend

  const given = async (rules: FakeRules = {}, environment: Record<string, string> = {}): Promise<void> => {
    fake = fakeBackend(home, rules)
    hermes = hermesIn(home, {...NO_SUPERVISOR, ...environment})
    await hermes('profile:create', 'coder')
    fake.forget()
  }

  beforeEach(() => {
    home = temporaryDirectory()
  })

  it('is two lines in `backend`, each with its reason, and its first scope is chosen', async () => {
    await given({unusable: {system: 'no bus for the machine'}})
    const {backends} = (await hermes('backend', '--json')).json()
    const lines = backends.filter(({kind}: {kind: string}) => kind === 'fake')
    expect(lines.map(({scope}: {scope: string}) => scope)).to.deep.equal(['user', 'system'])
    expect(lines[0]).to.include({because: 'it was told to be in user', chosen: true, label: 'fake (user)', usable: true})
    expect(lines[1]).to.include({because: 'no bus for the machine', chosen: false, label: 'fake (system)', usable: false})
  })

  it('is started in its first scope, and in the other where that is asked for', async () => {
    await given()
    expect((await hermes('gateway:start', 'coder')).code).to.equal(0)
    expect(fake.slots('user').coder).to.include({state: 'running'})
    expect(fake.slots('system')).to.deep.equal({})
    await hermes('gateway:stop', 'coder')
    expect((await hermes('gateway:start', 'coder', '--system')).code).to.equal(0)
    expect(fake.slots('system').coder).to.include({state: 'running'})
    expect(fake.slots('user').coder).to.include({state: 'stopped'})
  })

  it('is acted on where the service is registered', async () => {
    await given()
    fake.put('system', 'coder', {state: 'running'})
    const status = (await hermes('gateway:status', 'coder', '--json')).json()
    expect(status).to.include({manager: 'fake (system)', registered: true, scope: 'system', state: 'running'})
    expect((await hermes('gateway:logs', 'coder')).stdout).to.equal('a line of system')
    expect((await hermes('gateway:list', '--json')).json().gateways[1]).to.include({scope: 'system', state: 'running'})
    for (const verb of ['gateway:restart', 'gateway:start', 'gateway:stop']) expect((await hermes(verb, 'coder')).code, verb).to.equal(0)
    expect(fake.slots('system').coder).to.include({state: 'stopped'})
    expect(fake.slots('user')).to.deep.equal({})
  })

  it('is asked about the other scope only where the service may be', async () => {
    await given()
    const asked = (await hermes('gateway:status', 'coder', '--user', '--json')).json()
    expect(asked).to.include({registered: false, scope: 'user'})
    expect(fake.calls().filter((call) => call.startsWith('system'))).to.deep.equal([])
  })

  it('that does not answer in one scope is passed over, and said', async () => {
    await given({failing: {'user status coder': 'unavailable'}})
    fake.put('system', 'coder', {state: 'running'})
    const {code, json, stderr} = await hermes('gateway:status', 'coder', '--json')
    expect(code).to.equal(0)
    expect(json()).to.include({scope: 'system'})
    expect(stderr).to.include('fake (user) does not say whether it has the gateway of "coder"')
  })

  it('holds a definition of another home in one scope: that is none of ours', async () => {
    await given({failing: {'user status coder': 'not-owned'}})
    fake.put('system', 'coder', {state: 'running'})
    const {json, stderr} = await hermes('gateway:status', 'coder', '--json')
    expect(json()).to.include({scope: 'system'})
    expect(stderr).to.equal('')
  })

  it('is told to be of the other scope where that cannot be', async () => {
    await given({unusable: {system: 'no bus for the machine'}})
    const refused = await hermes('gateway:start', 'coder', '--system', '--json')
    expect(refused.code).to.equal(69)
    expect(refused.json().error).to.include({
      code: 'unavailable',
      message: 'fake is not usable in the system scope: no bus for the machine',
    })
    expect(fake.calls()).to.deep.equal([])
    expect((await hermes('gateway:start', 'coder', '--system', '--user')).code).to.equal(2)
  })

  it('is found by HERMES_BACKEND in either scope, before a better one', async () => {
    fakeBackend(home, {kind: 'other', rank: 99, scopes: ['user']})
    await given({unusable: {user: 'no bus'}}, {HERMES_BACKEND: 'fake'})
    const chosen = async () => (await hermes('backend:inspect', '--json')).json().chosen
    expect(await chosen()).to.equal('fake')
    expect((await hermes('gateway:start', 'coder', '--json')).json().status.registered).to.equal(true)
    expect(fake.slots('system').coder).to.include({state: 'running'})
  })

  it('is never chosen where it may only be looked at, unless that is asked for or has the service', async () => {
    await given({readOnly: ['system'], unusable: {user: 'no bus'}})
    const refused = await hermes('gateway:start', 'coder', '--json')
    expect(refused.code, refused.stdout).to.equal(69)
    const {error} = refused.json()
    expect(error).to.include({code: 'no-service-manager'})
    expect(error.message).to.include('fake (user): no bus').and.to.include('fake (system): it was told')
    expect(error.suggestions[0]).to.match(/^As root, .* --system/)
    expect((await hermes('gateway:status', 'coder', '--json')).json()).to.include({manager: null, state: 'absent'})
    expect((await hermes('backend', '--json')).json().backends.some(({chosen}: {chosen: boolean}) => chosen)).to.equal(false)
    expect(fake.slots('system')).to.deep.equal({})
    expect((await hermes('gateway:start', 'coder', '--system')).code).to.equal(0)
    expect((await hermes('gateway:status', 'coder', '--json')).json()).to.include({manager: 'fake (system)', state: 'running'})
    expect((await hermes('gateway:stop', 'coder')).code).to.equal(0)
    expect(fake.slots('system').coder).to.include({state: 'stopped'})
  })

  describe('both of which have the service of a profile', () => {
    const states = () => [fake.slots('user').coder?.state, fake.slots('system').coder?.state]

    beforeEach(async () => {
      await given()
      fake.put('system', 'coder', {state: 'running'})
      fake.put('user', 'coder', {state: 'stopped'})
    })

    it('is stopped in both, and in one where that is named', async () => {
      fake.put('user', 'coder', {state: 'running'})
      expect((await hermes('gateway:stop', 'coder', '--user')).code).to.equal(0)
      expect(states()).to.deep.equal(['stopped', 'running'])
      fake.put('user', 'coder', {state: 'running'})
      expect((await hermes('gateway:stop', 'coder')).code).to.equal(0)
      expect(states()).to.deep.equal(['stopped', 'stopped'])
    })

    it('is uninstalled in both, and so is that of a profile that is gone', async () => {
      expect((await hermes('gateway:uninstall', 'coder')).code).to.equal(0)
      expect(states()).to.deep.equal([undefined, undefined])
      for (const scope of ['user', 'system'] as const) fake.put(scope, 'gone')
      expect((await hermes('gateway:uninstall', 'gone')).code).to.equal(0)
      expect([fake.slots('user'), fake.slots('system')]).to.deep.equal([{}, {}])
    })

    it('is restarted and shown where it runs, and both are named', async () => {
      fake.forget()
      const restarted = await hermes('gateway:restart', 'coder')
      expect(restarted.code, restarted.stderr).to.equal(0)
      expect(restarted.stderr).to.include('fake (system) and fake (user) have the service of "coder": hermes doctor says')
      expect(fake.calls().filter((call) => call.endsWith('restart coder'))).to.deep.equal(['system restart coder'])
      const status = (await hermes('gateway:status', 'coder', '--json')).json()
      expect(status).to.include({scope: 'system', state: 'running'})
      expect(status.warnings.join('\n')).to.include('have the service of "coder"')
    })
  })

  it('moves and removes the services of a profile in every scope', async () => {
    await given()
    fake.put('system', 'coder', {state: 'running'})
    fake.put('user', 'coder', {enabled: false})
    const renamed = (await hermes('profile:rename', 'coder', 'senior', '--json')).json()
    expect(renamed).to.include({registered: true})
    expect(Object.keys(fake.slots('user'))).to.deep.equal(['senior'])
    expect(Object.keys(fake.slots('system'))).to.deep.equal(['senior'])
    const deleted = (await hermes('profile:delete', 'senior', '--yes', '--json')).json()
    expect(deleted.services_removed).to.deep.equal(['fake (user)', 'fake (system)'])
    expect(fake.slots('user')).to.deep.equal({})
    expect(fake.slots('system')).to.deep.equal({})
  })

  describe('with one scope', () => {
    it('is a single line with no scope, and is not asked where a service is', async () => {
      await given({kind: 'single', scopes: ['user']})
      const {backends} = (await hermes('backend', '--json')).json()
      const [line, ...others] = backends.filter(({kind}: {kind: string}) => kind === 'single')
      expect(others).to.deep.equal([])
      expect(line).to.include({chosen: true, label: 'single'}).and.not.have.property('scope')
      fake.forget()
      await hermes('gateway:start', 'coder')
      expect(fake.calls()).to.deep.equal(['user status coder', 'user install coder', 'user start coder', 'user status coder'])
    })

    it('has no other: it is said, with what to do', async () => {
      await given({kind: 'single', scopes: ['user']})
      const {code, json} = await hermes('gateway:start', 'coder', '--system', '--json')
      expect(code).to.equal(1)
      expect(json().error).to.deep.include({
        code: 'not-supported',
        message: 'single has no system scope',
        suggestions: ['Leave --system out.'],
      })
    })
  })
})
