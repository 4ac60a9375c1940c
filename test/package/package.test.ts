import {expect} from 'chai'
import {execa} from 'execa'
import {chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {bootedHome} from '../support/booted-home.js'
import {NO_SUPERVISOR, programIn, type Hermes} from '../support/cli.js'
import {cleanUpDirectories, root, temporaryDirectory} from '../support/directories.js'
import {freePort} from '../support/gateway.js'
import {snapshot} from '../support/homes.js'
import {installGlobally, pack, withoutNetwork} from '../support/packed.js'
import {alive} from '../support/processes.js'
import {until} from '../support/wait.js'

cleanUpDirectories()

/** The one file that is published, installed globally with no network where there is nothing, and used. */
describe('the packed artefact', function () {
  this.timeout(300_000)
  let directory: string
  let prefix: string
  let installed: string
  let manifest: string

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'hermes-pack-'))
    chmodSync(directory, 0o755)
    manifest = readFileSync(join(root, 'package.json'), 'utf8')
    prefix = join(directory, 'a prefix with spaces')
    await installGlobally(await pack(join(directory, 'packed')), prefix)
    installed = join(prefix, 'lib/node_modules/hermes-cli')
  })

  after(() => {
    rmSync(directory, {force: true, recursive: true})
  })

  const inPrefix = (home: string, before: readonly string[] = [], extra = {}): Hermes =>
    programIn(home, [...before, join(prefix, 'bin/hermes')], extra)

  const everyName = (): string[] => readdirSync(installed, {recursive: true}).map(String)

  it('leaves the checkout as it was', () => {
    expect(readFileSync(join(root, 'package.json'), 'utf8')).to.equal(manifest)
    expect(existsSync(join(root, '.build/package.json.kept'))).to.equal(false)
  })

  it('carries the contract, the bundled backends and the licences, and no source', () => {
    const plugins = ['launchd', 's6', 'systemd', 'windows'].map((kind) => `node_modules/@hermes-cli/backend-${kind}`)
    for (const path of [
      'LICENSE',
      'README.md',
      'dist/THIRD-PARTY.txt',
      'dist/cli/main.js',
      'dist/completion/bundle.cjs',
      'dist/gateway/run/bundle.cjs',
      'node_modules/@hermes-cli/backend-windows/dist/attend/main.js',
      'oclif.manifest.json',
      'node_modules/@hermes-cli/service-manager/dist/index.js',
      ...plugins.flatMap((plugin) => [`${plugin}/dist/index.js`, `${plugin}/oclif.manifest.json`]),
    ]) {
      expect(existsSync(join(installed, path)), path).to.equal(true)
    }

    for (const path of ['bin/hermes', 'node_modules/@hermes-cli/backend-s6/libexec/slot.sh'])
      expect(statSync(join(installed, path)).mode & 0o100, path).to.equal(0o100)
    for (const path of ['src', 'test', '.build', 'scripts', 'node_modules/@hermes-cli/backend-s6/index.ts'])
      expect(existsSync(join(installed, path)), path).to.equal(false)
  })

  it('carries the native lock for every platform that hermes is for', () => {
    for (const platform of ['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64', 'win32-arm64', 'win32-x64'])
      expect(everyName()).to.include(`node_modules/fs-native-extensions/prebuilds/${platform}/fs-native-extensions.node`)
  })

  it('needs nothing that it does not carry', async () => {
    const listed = await execa('npm', ['ls', '--global', '--all', '--prefix', prefix, '--json'], {reject: false})
    expect(JSON.parse(listed.stdout).problems ?? []).to.deep.equal([])
    expect(listed.exitCode).to.equal(0)
  })

  it('works with no network: version, help, profiles, backends with their reasons, doctor, plugins', async () => {
    const hermes = inPrefix(temporaryDirectory(), await withoutNetwork(), NO_SUPERVISOR)
    const ok = async (...words: string[]) => {
      const result = await hermes(...words)
      expect(result, words.join(' ')).to.deep.include({code: 0, stderr: ''})
      return result
    }

    expect((await ok('--version')).stdout).to.match(/^hermes-cli\/\d/)
    expect((await ok('--help')).stdout).to.match(/gateway .*\n/)
    await ok('profile:create', 'coder')
    const {backends} = (await ok('backend', '--json')).json()
    expect(backends.map(({kind, usable}: any) => `${kind} ${usable}`)).to.include.members(['s6 false', 'systemd false'])
    expect((await ok('s6', 'boot', '--help')).stdout).to.include('USAGE')
    expect((await ok('doctor', '--json')).json()).to.be.an('object')
    expect((await ok('plugins')).stdout).to.include('No plugins')
  })

  describe('on a tree of s6', () => {
    const here = bootedHome((home) => inPrefix(home))

    it('starts, brings back, stops; the service calls the hermes in the prefix', async () => {
      await here.ok('profile:create', 'coder', '--port', String(await freePort()))
      const {status} = await here.ok('gateway:start', '-p', 'coder')
      expect(status).to.include({ready: true, state: 'running'})
      const run = readFileSync(join(here.home, 'run/service/gateway-coder/run'), 'utf8')
      expect(run).to.include(join(prefix, 'bin/hermes'))

      process.kill(status.pid, 'SIGKILL')
      await until('another one runs', async () => {
        const now = await here.ok('gateway:status', '-p', 'coder')
        return now.ready && now.pid !== status.pid
      })
      const {healthy} = await here.ok('container:health')
      expect(healthy).to.equal(true)
      expect((await here.ok('doctor')).findings).to.deep.equal([])
      const stopped = await here.ok('gateway:stop', '-p', 'coder')
      expect(stopped.status.state).to.equal('stopped')
    })
  })

  describe('for a user who may not write the prefix', () => {
    const USER = 12_345
    const isRoot = process.getuid?.() === 0
    const drop = isRoot ? ['setpriv', '--reuid', String(USER), '--regid', String(USER), '--clear-groups'] : []
    const protect = (mode: string) => (isRoot ? undefined : execa('chmod', ['-R', mode, prefix]))

    before(() => protect('a-w'))

    after(() => protect('u+w'))
    const here = bootedHome((home) => {
      if (isRoot) chownSync(home, USER, USER)
      return inPrefix(home, drop)
    })

    it('works, and changes no file in it', async () => {
      const before = snapshot(prefix)
      await here.ok('profile:create', 'coder', '--port', String(await freePort()))
      const {status} = await here.ok('gateway:start', '-p', 'coder')
      if (isRoot) expect(statSync(`/proc/${status.pid}`).uid).to.equal(USER)
      await here.ok('gateway:restart', '-p', 'coder')
      expect((await here.hermes('autocomplete', 'bash')).code).to.equal(0)
      await here.ok('gateway:stop', '-p', 'coder')
      expect(alive(status.pid)).to.equal(false)
      expect(snapshot(prefix)).to.deep.equal(before)
    })
  })

  // The last one: it takes the installation away.
  describe('uninstalled', () => {
    it('leaves no file in the prefix', async () => {
      const home = join(directory, 'home of npm')
      mkdirSync(home)
      const uninstalled = await programIn(home, ['npm', 'uninstall', '--global', '--prefix', prefix])('hermes-cli')
      expect(uninstalled.code, uninstalled.stderr).to.equal(0)
      const left = readdirSync(prefix, {recursive: true, withFileTypes: true}).filter((entry) => !entry.isDirectory())
      expect(left.map(({name}) => name)).to.deep.equal([])
    })
  })
})
