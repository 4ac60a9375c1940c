import {connect} from '@hermes-cli/backend-s6/dist/manager.js'
import {boot, shutdown} from '@hermes-cli/backend-s6/dist/tree.js'
import type {Host} from '@hermes-cli/service-manager'

import {expect} from 'chai'
import {chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {createHost} from '#hermes/host/host.js'
import {identify} from '#hermes/host/process.js'

import {cleanUpDirectories, temporaryDirectory} from '../../support/directories.js'
import {processesIn, serviceSpec, starts} from '../../support/s6.js'
import {until} from '../../support/wait.js'

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.fail('it did not fail'),
    (error: {code: string; message: string; suggestions: string[]}) => error,
  )

describe('s6: a private tree', () => {
  let home: string
  let host: Host
  const scandir = () => join(home, 'run', 'service')
  const killEverything = async () => {
    const victims = processesIn(home)
    for (const pid of victims) process.kill(pid, 'SIGKILL')
    await until('all is dead', () => victims.every((pid) => !identify(pid)))
  }

  const svscans = () => processesIn(home).filter((pid) => readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 's6-svscan')

  beforeEach(() => {
    home = temporaryDirectory('hermes-tree-')
    const environment = {A_SECRET: 'hunter2', HERMES_SERVICE_USER: 'nobody', LANG: 'C.UTF-8', PATH: process.env.PATH}
    host = createHost({environment, home})
  })

  afterEach(killEverything)
  cleanUpDirectories()

  it('comes up once, is found, and ends with everything in it', async () => {
    const booted = await boot(host)
    expect(booted).to.include({already_up: false, scandir: scandir()})
    expect(await boot(host)).to.deep.equal({already_up: true, pid: null, scandir: scandir()})
    expect(svscans()).to.deep.equal([booted.pid])
    const manager = connect(host)
    await manager.install(serviceSpec({home}, 'a'), {start: true})
    expect(await shutdown(host)).to.deep.equal({scandir: scandir(), was_up: true})
    expect(processesIn(home)).to.deep.equal([])
    expect(await manager.list()).to.deep.equal([])
    expect(await shutdown(host)).to.deep.equal({scandir: scandir(), was_up: false})
  })

  it('has nothing to end where none was ever started, and makes no directory to find out', async () => {
    expect(await shutdown(host)).to.deep.equal({scandir: scandir(), was_up: false})
    expect(readdirSync(home)).to.deep.equal([])
  })

  it('hands on no environment but what a supervisor needs', async () => {
    const {pid} = await boot(host)
    const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').filter(Boolean)
    const names = environment.map((entry) => entry.split('=')[0]!)
    expect(names).to.include.members(['PATH', 'HERMES_HOME', 'HERMES_SERVICE_USER', 'LANG'])
    expect(['HERMES_HOME', 'HERMES_SERVICE_USER', 'HOME', 'LANG', 'LC_ALL', 'LOGNAME', 'PATH', 'TZ', 'USER']).to.include.members(names)
    expect(environment.join(' ')).to.not.contain('hunter2')
  })

  it('is one tree after five boots at the same time, all of which succeed', async () => {
    const results = await Promise.all(Array.from({length: 5}, () => boot(host)))
    expect(results.filter((result) => !result.already_up)).to.have.length(1)
    expect(svscans()).to.have.length(1)
  })

  it('comes up after the whole tree was killed, scandir still there, without a second copy of anything', async () => {
    await boot(host)
    const manager = connect(host)
    await manager.install(serviceSpec({home}, 'a'), {start: true})
    await killEverything()
    writeFileSync(join(scandir(), 'notes.txt'), 'not ours')
    mkdirSync(join(scandir(), 'other-service'))
    expect(await boot(host)).to.include({already_up: false})
    expect(readdirSync(scandir()).sort()).to.deep.equal(['.s6-svscan', 'notes.txt', 'other-service'])
    await manager.install(serviceSpec({home}, 'a'), {start: true})
    expect(starts({home}, 'a')).to.equal(2)
  })

  it('comes up after the whole tree was killed and the scandir wiped', async () => {
    await boot(host)
    await killEverything()
    rmSync(join(home, 'run'), {recursive: true})
    expect(await boot(host)).to.include({already_up: false})
    expect(svscans()).to.have.length(1)
  })

  it('first ends the supervisors of a tree of which only s6-svscan was killed', async () => {
    const {pid} = await boot(host)
    const manager = connect(host)
    await manager.install(serviceSpec({home}, 'a'), {start: true})
    await manager.install(serviceSpec({home}, 'b', ['stubborn'], {stopSeconds: 0.3}), {start: true})
    const status = await manager.status('a')
    process.kill(pid!, 'SIGKILL')
    await until('s6-svscan is dead', () => !identify(pid!))
    expect(identify((status as {pid: number}).pid)).to.not.equal(undefined)
    expect(await boot(host)).to.include({already_up: false})
    await until('only s6-svscan is left', () => processesIn(home).length === 1 && svscans().length === 1)
  })

  it('ends the supervisors of a tree of which only s6-svscan was killed at shutdown too', async () => {
    const {pid} = await boot(host)
    await connect(host).install(serviceSpec({home}, 'a'), {start: true})
    process.kill(pid!, 'SIGKILL')
    await until('s6-svscan is dead', () => !identify(pid!))
    expect(await shutdown(host)).to.include({was_up: true})
    expect(processesIn(home)).to.deep.equal([])
  })

  it('is not started in a place that others can write or that leads elsewhere', async () => {
    const elsewhere = temporaryDirectory()
    mkdirSync(join(elsewhere, 'gateway-precious'))
    mkdirSync(join(home, 'run'))
    symlinkSync(elsewhere, scandir())
    expect((await failure(boot(host))).code).to.equal('permission')
    expect(existsSync(join(elsewhere, 'gateway-precious'))).to.equal(true)
    rmSync(scandir())
    mkdirSync(scandir())
    chmodSync(scandir(), 0o777)
    expect((await failure(boot(host))).message).to.contain('can be written by others')
    expect(processesIn(home)).to.deep.equal([])
  })

  it('follows no symlink when it clears what was left', async () => {
    const elsewhere = temporaryDirectory()
    writeFileSync(join(elsewhere, 'precious'), '')
    mkdirSync(join(scandir(), 'gateway-a'), {mode: 0o700, recursive: true})
    symlinkSync(elsewhere, join(scandir(), 'gateway-a', 'log'))
    symlinkSync(elsewhere, join(scandir(), 'gateway-b'))
    await boot(host)
    expect(readdirSync(elsewhere)).to.deep.equal(['precious'])
  })

  it('says what is missing where s6 is not installed', async () => {
    const bare = {...host, findProgram: () => undefined}
    const error = await failure(boot(bare))
    expect(error.code).to.equal('unavailable')
    expect(error.suggestions[0]).to.contain('Install s6')
  })

  it('tells what s6-svscan said when it did not come up', async () => {
    const broken: Host = {
      ...host,
      spawnDetached: (_file, _args, options) => host.spawnDetached('/bin/sh', ['-c', 'echo no luck >&2'], options),
    }
    const error = await failure(boot(broken))
    expect(error.code).to.equal('failed-to-start')
    expect(error.message).to.contain('no luck')
  })

  it('takes a thousand services at once and lets them go', async () => {
    await boot(host)
    const manager = connect(host)
    const ids = Array.from({length: 1000}, (_, index) => `p${index}`)
    const outcomes = await manager.installMany!(ids.map((id) => ({options: {start: false}, spec: serviceSpec({home}, id)})))
    expect(outcomes.filter((outcome) => !outcome.ok)).to.deep.equal([])
    expect(await manager.list()).to.have.length(1000)
    await shutdown(host)
    expect(processesIn(home)).to.deep.equal([])
  })
})
