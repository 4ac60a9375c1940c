import {expect} from 'chai'
import {chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {bootedHome} from '../support/booted-home.js'
import {hermesIn, NO_SUPERVISOR, type Hermes} from '../support/cli.js'
import {cleanUpDirectories, temporaryDirectory} from '../support/directories.js'
import {fakeBackend} from '../support/fake-backend.js'
import {freePort} from '../support/gateway.js'
import {snapshot} from '../support/homes.js'

cleanUpDirectories()

describe('hermes doctor', () => {
  let home: string
  let hermes: Hermes

  const found = async (...words: string[]): Promise<Array<[check: string, profile: string | null]>> => {
    const result = await hermes('doctor', ...words, '--json')
    const {errors, findings} = result.json()
    expect(result.code, result.stdout).to.equal(errors > 0 ? 1 : 0)
    return findings.map(({check, profile}: any) => [check, profile])
  }

  beforeEach(async () => {
    home = temporaryDirectory()
    hermes = hermesIn(home, NO_SUPERVISOR)
  })

  it('finds nothing in a sound home, and changes nothing', async () => {
    await hermes('profile:create', 'coder')
    await hermes('doctor')
    const before = snapshot(home)
    const {code, stdout} = await hermes('doctor')
    expect(code, stdout).to.equal(0)
    expect(stdout).to.include('Nothing is wrong')
    expect(snapshot(home)).to.deep.equal(before)
  })

  it('finds everything at once, and no broken profile hides another', async () => {
    await hermes('profile:create', 'coder', '--port', '9555')
    await hermes('profile:create', 'writer')
    writeFileSync(join(home, 'profiles/writer/config.yaml'), 'port: 9555\n')
    await hermes('profile:create', 'broken')
    writeFileSync(join(home, 'profiles/broken/config.yaml'), 'port: [')
    rmSync(join(home, 'profiles/broken/gateway.lock'), {force: true, recursive: true})
    symlinkSync('/etc/passwd', join(home, 'profiles/broken/gateway.lock'))
    writeFileSync(join(home, 'profiles/broken/gateway_state.json'), '[')
    writeFileSync(join(home, 'profiles/coder/.env'), 'A=b\n')
    chmodSync(join(home, 'profiles/coder/.env'), 0o644)
    writeFileSync(join(home, 'profiles/writer/gateway_intent.json'), '{"desired_state": "running"}')
    mkdirSync(join(home, 'profiles/Bad'))
    writeFileSync(join(home, 'profiles/Bad/SOUL.md'), '')
    const fake = fakeBackend(home, {findings: {system: [{cure: 'loginctl', message: 'no linger', severity: 'warning'}]}})
    fake.put('user', 'ghost')
    fake.put('user', 'coder', {drift: 'Restart= is "no"'})
    fake.put('system', 'coder')
    expect(await found()).to.have.deep.members([
      ['not-a-profile', null],
      ['orphan-service', null],
      ['too-open', 'coder'],
      ['port-taken', 'coder'],
      ['double-service', 'coder'],
      ['port-taken', 'writer'],
      ['config-invalid', 'broken'],
      ['lock', 'broken'],
      ['not-up', 'writer'],
      ['manager', null],
      ['drift', 'coder'],
      ['unreadable', 'broken'],
    ])
    const {stdout} = await hermes('doctor')
    expect(stdout).to.include('9 errors').and.include('3 warnings').and.include('    cure: chmod 0600')
    expect(await found('-p', 'writer')).to.have.deep.members([
      ['port-taken', 'writer'],
      ['not-up', 'writer'],
    ])
    expect((await hermes('doctor', '-p', 'nobody')).code).to.equal(4)
  })

  it('is cured by what it says', async () => {
    await hermes('profile:create', 'coder')
    const fake = fakeBackend(home)
    fake.put('user', 'ghost')
    fake.put('user', 'coder')
    fake.put('system', 'coder')
    const {findings} = (await hermes('doctor', '--json')).json()
    expect(findings.map(({check}: any) => check)).to.deep.equal(['orphan-service', 'double-service'])
    for (const {cure} of findings) {
      const words = /HERMES_BACKEND=fake hermes (.*)$/.exec(cure)![1]!.split(' ')
      expect((await hermesIn(home, {...NO_SUPERVISOR, HERMES_BACKEND: 'fake'})(...words)).code, cure).to.equal(0)
    }

    expect(await found()).to.deep.equal([])
  })

  it('goes on without a manager that fails, and says so', async () => {
    await hermes('profile:create', 'coder')
    const fake = fakeBackend(home, {failing: {'system doctor': 'unavailable', 'system list': 'timeout', 'system status coder': 'timeout'}})
    fake.put('user', 'ghost')
    expect(await found()).to.deep.include.members([
      ['manager', null],
      ['orphan-service', null],
      ['unreadable', 'coder'],
    ])
  })

  it('shows drift in the status', async () => {
    await hermes('profile:create', 'coder')
    fakeBackend(home).put('user', 'coder', {drift: 'Restart= is "no"'})
    expect((await hermes('gateway:status', 'coder', '--json')).json()).to.include({drift: 'Restart= is "no"'})
    expect((await hermes('gateway:status', 'coder')).stdout).to.match(/^drift +Restart= is "no": hermes gateway:restart coder/m)
  })
})

describe('hermes doctor under s6', () => {
  cleanUpDirectories()
  const here = bootedHome()

  it('finds nothing while what is meant to run runs, and what does not afterwards', async () => {
    await here.ok('profile:create', 'coder', '--port', String(await freePort()), '--command', 'exec sleep 1000')
    await here.ok('gateway:start', 'coder')
    expect((await here.ok('doctor')).findings).to.deep.equal([])
    await here.ok('profile:create', 'writer', '--port', String(await freePort()), '--command', 'exit 78')
    await here.hermes('gateway:start', 'writer')
    const {code, json} = await here.hermes('doctor', '--json')
    expect(code).to.equal(1)
    expect(json().findings.map(({check, profile}: any) => [check, profile])).to.deep.equal([['not-up', 'writer']])
  })
})
