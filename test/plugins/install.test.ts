import {expect} from 'chai'
import {copyFileSync, mkdirSync, rmSync} from 'node:fs'
import {basename, dirname, join} from 'node:path'

import {authorsProject, packed, packedContract} from '../support/author.js'
import {cleanUpDirectories, temporaryDirectory} from '../support/directories.js'
import {freePort} from '../support/gateway.js'
import {hermesAt, type HermesAt} from '../support/plugin-home.js'
import {createRunsvdir, type Runsvdir} from '../support/runsvdir.js'
import {until} from '../support/wait.js'

/** A stranger's backend from a packed file, with no network, and a real runsvdir. */
describe('a packed plugin', function () {
  this.timeout(180_000)
  cleanUpDirectories()
  let artefact: string
  let project: string
  const made: string[] = []
  let home: string
  let runit: Runsvdir
  let hermes: HermesAt
  let place: string

  before(async () => {
    const author = temporaryDirectory()
    const contract = await packedContract(author)
    project = await authorsProject(author, contract)
    artefact = await packed(project, author)
    made.push(dirname(contract), dirname(project), dirname(artefact))
  })

  after(() => {
    for (const directory of made) rmSync(directory, {force: true, recursive: true})
  })

  beforeEach(async () => {
    home = temporaryDirectory()
    place = join(home, 'some place')
    mkdirSync(place)
    copyFileSync(artefact, join(place, 'runit.tgz'))
    runit = await createRunsvdir(home)
    hermes = hermesAt(home, place, {SVDIR: runit.host.environment.SVDIR})
  })

  afterEach(() => runit.dispose())

  const ok = async (...words: string[]) => {
    const result = await hermes(...words)
    expect(result.code, `${words.join(' ')}: ${result.stdout}${result.stderr}`).to.equal(0)
    return result
  }

  const kinds = async () => {
    const {backends} = (await ok('backend', '--json')).json()
    return Object.fromEntries(backends.map((one: {kind: string}) => [one.kind, one]))
  }

  const forms: Record<string, () => string> = {
    './': () => './runit.tgz',
    '../': () => `../${basename(place)}/runit.tgz`,
    'a name alone': () => 'runit.tgz',
    absolute: () => join(place, 'runit.tgz'),
    'file: and absolute': () => `file:${join(place, 'runit.tgz')}`,
    'file: and relative': () => 'file:./runit.tgz',
    'file: and a name alone': () => 'file:runit.tgz',
  }
  for (const [what, path] of Object.entries(forms)) {
    it(`is installed by a path that is ${what}`, async () => {
      await ok('plugins', 'install', path())
      expect((await kinds()).runit).to.include({
        because: `runsvdir serves ${runit.host.environment.SVDIR}`,
        plugin: 'hermes-backend-runit',
        usable: true,
      })
    })
  }

  it('that is not there is refused at once', async () => {
    for (const path of ['./gone.tgz', 'file:gone.tgz', '/gone.tgz']) {
      const {code, stderr} = await hermes('plugins', 'install', path)
      expect(code, stderr).to.equal(2)
      expect(stderr).to.match(/there is no file \/.*gone\.tgz to install/)
    }
  })

  it('is linked', async () => {
    await ok('plugins', 'link', project, '--no-install')
    expect((await kinds()).runit).to.include({plugin: 'hermes-backend-runit', usable: true})
    await ok('plugins', 'unlink', 'hermes-backend-runit')
    expect(await kinds()).not.to.have.property('runit')
  })

  it('runs a profile through start, crash, stop, reboot and delete', async () => {
    // One that looks as seldom as on a real machine.
    await runit.dispose()
    runit = await createRunsvdir(home, {tick: false})
    hermes = hermesAt(home, place, {SVDIR: runit.host.environment.SVDIR})
    await ok('plugins', 'install', './runit.tgz')
    await ok('profile', 'create', 'coder', '--port', String(await freePort()))
    const started = (await ok('gateway', 'start', '-p', 'coder', '--backend', 'runit', '--force', '--json')).json()
    expect(started.status).to.include({ready: true, state: 'running'})
    const status = async () => (await hermes('gateway', 'status', '-p', 'coder', '--json')).json()
    const comesBack = (before: number) =>
      until(
        'it is back',
        async () => {
          const {pid, state} = await status()
          return state === 'running' && pid !== before && pid
        },
        30_000,
      )

    process.kill(started.status.pid, 'SIGKILL')
    const second = await comesBack(started.status.pid)
    expect((await ok('gateway', 'logs', '-p', 'coder')).stdout).to.not.equal('')
    await runit.reboot()
    await comesBack(second)
    await ok('gateway', 'stop', '-p', 'coder')
    await runit.reboot()
    const {json} = await hermes('backend:inspect', 'runit', '--json')
    expect(json()).to.deep.include({chosen: 'runit', services: ['coder']})
    expect(await status()).to.include({intent: 'stopped', state: 'stopped'})
    await ok('profile', 'delete', 'coder', '--yes')
    expect((await hermes('backend:inspect', 'runit', '--json')).json().services).to.deep.equal([])
  })

  it('is chosen by --backend before and after the command, and by HERMES_BACKEND', async () => {
    await ok('plugins', 'install', './runit.tgz')
    for (const words of [
      ['--backend', 'runit', 'backend:inspect'],
      ['backend:inspect', '--backend=runit'],
    ])
      expect((await ok(...words, '--json')).json().chosen).to.equal('runit')
    hermes = hermesAt(home, place, {HERMES_BACKEND: 'none-such', SVDIR: runit.host.environment.SVDIR})
    expect((await hermes('backend:inspect', '--backend', 'runit', '--json')).json().chosen).to.equal('runit')
    expect((await hermes('backend:inspect', '--json')).json().chosen).to.equal(null)
    const {code, stderr} = await hermes('gateway', 'start', '--backend', 'zork')
    expect(code, stderr).to.equal(2)
    expect(stderr).to.include('no installed plugin has a backend "zork"')
  })

  for (const verb of ['uninstall', 'remove', 'unlink', 'reset']) {
    it(`that gateways depend on is named by plugins:${verb}`, async () => {
      await ok('plugins', 'install', './runit.tgz')
      await ok('profile', 'create', 'coder')
      await ok('gateway', 'install', 'coder', '--no-start', '--force')
      const {stderr} = await ok('plugins', verb, ...(verb === 'reset' ? [] : ['hermes-backend-runit']))
      expect(stderr).to.match(/^Warning: runit still looks after the gateway of the profile coder: /m)
      expect(stderr).to.include('hermes gateway:uninstall coder --backend runit')
      expect(await kinds()).not.to.have.property('runit')
    })
  }

  it('that nothing depends on is removed without a word about it', async () => {
    await ok('plugins', 'install', './runit.tgz')
    expect((await ok('plugins', 'uninstall', 'hermes-backend-runit')).stderr).not.to.include('Warning: runit')
  })
})
