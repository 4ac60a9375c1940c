import {expect} from 'chai'
import {execa} from 'execa'
import {existsSync, mkdirSync, readdirSync, mkdtempSync, rmSync, statSync} from 'node:fs'
import {join} from 'node:path'

import {cleanEnvironment, NO_SUPERVISOR} from '../support/cli.js'
import {root} from '../support/directories.js'
import {familyOf, killAll} from '../support/processes.js'
import {tmpdir} from 'node:os'

/** The one file that is published, installed globally with no network where there is nothing, and used. */
describe('the packed artefact', function () {
  this.timeout(300_000)
  let directory: string
  let prefix: string

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'hermes-pack-'))
    prefix = join(directory, 'prefix')
    mkdirSync(prefix)
    await execa('npm', ['pack', '--pack-destination', directory, '--loglevel=error'], {cwd: root})
    const packed = readdirSync(directory).filter((name) => name.endsWith('.tgz'))
    expect(packed).to.have.length(1)
    // No network and an empty cache: the file alone must do.
    const alone = ['--offline', '--cache', join(directory, 'cache'), '--no-audit', '--no-fund', '--loglevel=error']
    await execa('npm', ['install', '--global', '--prefix', prefix, ...alone, join(directory, packed[0]!)], {cwd: directory})
  })

  after(() => {
    rmSync(directory, {force: true, recursive: true})
  })

  const hermes = (home: string, args: string[], extra: Record<string, string> = {}) =>
    execa(join(prefix, 'bin/hermes'), args, {env: cleanEnvironment(home, extra), extendEnv: false, reject: false})

  it('carries the contract and the bundled backends, and no source', () => {
    const installed = join(prefix, 'lib/node_modules/hermes-cli')
    for (const path of [
      'dist/cli/main.js',
      'dist/gateway/run/bundle.cjs',
      'oclif.manifest.json',
      'bin/hermes',
      'node_modules/@hermes-cli/service-manager/dist/index.js',
      'node_modules/@hermes-cli/backend-s6/dist/index.js',
      'node_modules/@hermes-cli/backend-s6/oclif.manifest.json',
      'node_modules/@hermes-cli/backend-systemd/dist/index.js',
      'node_modules/@hermes-cli/backend-systemd/oclif.manifest.json',
      'node_modules/@hermes-cli/backend-windows/dist/index.js',
      'node_modules/@hermes-cli/backend-windows/dist/attend/main.js',
    ]) {
      expect(existsSync(join(installed, path)), path).to.equal(true)
    }

    for (const path of ['bin/hermes', 'node_modules/@hermes-cli/backend-s6/libexec/slot.sh'])
      expect(statSync(join(installed, path)).mode & 0o100, path).to.equal(0o100)
    for (const path of ['src', 'test', '.build', 'node_modules/@hermes-cli/backend-s6/index.ts'])
      expect(existsSync(join(installed, path)), path).to.equal(false)
  })

  it('runs: help, profiles, backends with their reasons', async () => {
    const home = join(directory, 'home-1')
    const version = await hermes(home, ['--version'])
    expect(version.stdout).to.match(/^hermes-cli\//)
    const made = await hermes(home, ['profile:create', 'coder', '--json'], NO_SUPERVISOR)
    expect(made.exitCode, made.stderr).to.equal(0)
    const {backends} = JSON.parse((await hermes(home, ['backend', '--json'], NO_SUPERVISOR)).stdout)
    expect(backends.map(({kind, usable}: any) => [kind, usable])).to.deep.equal([
      ['s6', false],
      ['systemd', false],
      ['systemd', false],
      ['windows', false],
    ])
    expect((await hermes(home, ['s6', 'boot', '--help'])).exitCode).to.equal(0)
  })

  it('supervises: the service it registers calls the installed hermes', async () => {
    const home = join(directory, 'home-2')
    const booted = await hermes(home, ['s6', 'boot', '--json'])
    expect(booted.exitCode, booted.stdout + booted.stderr).to.equal(0)
    const members = () => familyOf(JSON.parse(booted.stdout).pid)
    try {
      await hermes(home, ['profile:create', 'coder'])
      const started = await hermes(home, ['gateway:start', '-p', 'coder', '--json'])
      expect(started.exitCode, started.stdout + started.stderr).to.equal(0)
      expect(JSON.parse(started.stdout).status.state).to.equal('running')
    } finally {
      const all = members()
      await hermes(home, ['s6', 'shutdown'])
      await killAll(all)
    }
  })
})
