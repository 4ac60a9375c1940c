import {connect} from '@hermes-cli/backend-s6/dist/manager.js'
import {DEADLINES} from '@hermes-cli/backend-s6/dist/scandir.js'
import type {ServiceManager} from '@hermes-cli/service-manager'

import {expect} from 'chai'
import {chownSync, existsSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {identify} from '#hermes/host/process.js'

import {privateTree, report, serviceSpec, starts, type PrivateTree} from '../../support/s6.js'
import {isOpenToOthers} from '../../support/directories.js'
import {until} from '../../support/wait.js'

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.fail('it did not fail'),
    (error: {code: string; message: string; suggestions: string[]}) => error,
  )

async function pidOf(manager: ServiceManager, id: string): Promise<number> {
  const status = await manager.status(id)
  if (status.state !== 'running') throw new Error(`not running: ${JSON.stringify(status)}`)
  return status.pid
}

describe('s6: the life of a service under a real s6-svscan', () => {
  let tree: PrivateTree
  let manager: ServiceManager

  beforeEach(async () => {
    tree = await privateTree()
    manager = connect(tree.host())
  })

  afterEach(() => tree.dispose())

  it('installs a service down and leaves it so', async () => {
    expect(await manager.install(serviceSpec(tree, 'a'), {start: false})).to.deep.equal({change: 'created', restartDue: false})
    expect(await manager.status('a')).to.include({enabled: false, state: 'stopped'})
    expect(starts(tree, 'a')).to.equal(0)
    expect(await manager.list()).to.deep.equal(['a'])
  })

  it('returns from start when the service is ready, and calls it ready, running and enabled', async () => {
    await manager.install(serviceSpec(tree, 'a', ['slow', '0.4']), {start: false})
    await manager.start('a')
    expect(report(tree, 'a').some((line) => line.startsWith('ready'))).to.equal(true)
    const status = await manager.status('a')
    expect(status).to.include({enabled: true, ready: true, state: 'running'})
    expect(identify((status as {pid: number}).pid)).to.not.equal(undefined)
    await manager.start('a')
    expect(starts(tree, 'a')).to.equal(1)
  })

  it('is starting, with a process, while it has not said that it is ready', async () => {
    const impatient = connect(tree.host(), {...DEADLINES, ready: 300})
    await impatient.install(serviceSpec(tree, 'a', ['slow', '30']), {start: false})
    const error = await failure(impatient.start('a'))
    expect(error.code).to.equal('timeout')
    expect(error.message).to.contain('starting')
    expect(await manager.status('a'))
      .to.include({state: 'starting'})
      .and.to.have.property('pid')
  })

  it('knows no readiness of a service that cannot say so', async () => {
    await manager.install(serviceSpec(tree, 'a', ['obedient'], {readiness: 'none'}), {start: true})
    expect(await manager.status('a')).to.include({ready: null, state: 'running'})
  })

  it('stops a service with SIGTERM, for good, and start undoes that', async () => {
    await manager.install(serviceSpec(tree, 'a'), {start: true})
    const pid = await pidOf(manager, 'a')
    await manager.stop('a')
    expect(identify(pid)).to.equal(undefined)
    expect(report(tree, 'a')).to.contain(`term ${pid}`)
    expect(await manager.status('a')).to.include({enabled: false, state: 'stopped'})
    await manager.stop('a')
    await manager.start('a')
    expect(await manager.status('a')).to.include({enabled: true, state: 'running'})
  })

  it('keeps it enabled when it is only stopped for now', async () => {
    await manager.install(serviceSpec(tree, 'a'), {start: true})
    await manager.stop('a', {disable: false})
    expect(await manager.status('a')).to.include({enabled: true, state: 'stopped'})
  })

  it('gives a new process at each restart, six quick ones included, and starts a stopped one', async () => {
    await manager.install(serviceSpec(tree, 'a', ['switch', '/nonexistent']), {start: true})
    const seen = new Set([await pidOf(manager, 'a')])
    for (let i = 0; i < 6; i++) {
      await manager.restart('a')
      seen.add(await pidOf(manager, 'a'))
    }

    expect(seen.size).to.equal(7)
    await manager.stop('a')
    await manager.restart('a')
    expect(await manager.status('a')).to.include({enabled: false, state: 'running'})
  })

  it('brings a service back that was killed', async () => {
    await manager.install(serviceSpec(tree, 'a'), {start: true})
    const pid = await pidOf(manager, 'a')
    process.kill(pid, 'SIGKILL')
    const next = await until('it is back', async () => {
      const status = await manager.status('a')
      return status.state === 'running' && status.pid !== pid && status
    })
    expect(next.enabled).to.equal(true)
  })

  it('gives a crash loop up, says so, and starts it again once it is mended', async () => {
    const broken = join(tree.home, 'broken')
    writeFileSync(broken, '7')
    await manager.install(serviceSpec(tree, 'a', ['switch', broken]), {start: false})
    const error = await failure(manager.start('a'))
    expect(error.code).to.equal('failed-to-start')
    expect(error.message).to.contain('crashed 5 times').and.to.contain('exited with 7')
    expect(error.suggestions[0]).to.contain('gateway:logs -p a')
    expect(starts(tree, 'a')).to.equal(5)
    expect(await manager.status('a')).to.include({enabled: true, exitCode: 7, state: 'failed'})
    rmSync(broken)
    await manager.start('a')
    expect(await manager.status('a')).to.include({state: 'running'})
  })

  it('leaves a service down that exits with 0 and calls that stopped', async () => {
    const error = await failure(manager.install(serviceSpec(tree, 'a', ['exits', '0']), {start: true}))
    expect(error.code).to.equal('failed-to-start')
    expect(await manager.status('a')).to.include({state: 'stopped'})
    expect(starts(tree, 'a')).to.equal(1)
  })

  it('never restarts a service that exits with 78 and says that it is the configuration', async () => {
    const error = await failure(manager.install(serviceSpec(tree, 'a', ['exits', '78']), {start: true}))
    expect(error.message).to.contain('can never start')
    expect(await manager.status('a')).to.include({exitCode: 78, state: 'failed'})
    expect(starts(tree, 'a')).to.equal(1)
  })

  it('restarts a service that exits with 75 as often as it likes', async () => {
    await manager.install(serviceSpec(tree, 'a', ['exits-ready', '75']), {start: true})
    await until('six starts', () => starts(tree, 'a') >= 6)
    expect((await manager.status('a')).state).to.be.oneOf(['starting', 'running'])
  })

  it('calls it failed only when it was given up, not when it was stopped for now and answered with an exit code', async () => {
    await manager.install(serviceSpec(tree, 'a', ['stubborn'], {stopSeconds: 0.1}), {start: true})
    await manager.stop('a', {disable: false})
    expect(await manager.status('a')).to.include({enabled: true, state: 'stopped'})
  })

  it('kills what ignores SIGTERM at the stop deadline and not before', async () => {
    await manager.install(serviceSpec(tree, 'a', ['stubborn'], {stopSeconds: 0.7}), {start: true})
    const pid = await pidOf(manager, 'a')
    const began = Date.now()
    await manager.stop('a')
    expect(Date.now() - began).to.be.within(650, 3000)
    expect(identify(pid)).to.equal(undefined)
    expect(report(tree, 'a')).to.contain(`ignored ${pid}`)
  })

  it('bears twenty starts at the same time with one process', async () => {
    await manager.install(serviceSpec(tree, 'a'), {start: false})
    await Promise.all(Array.from({length: 20}, () => manager.start('a')))
    expect(starts(tree, 'a')).to.equal(1)
    expect(await manager.status('a')).to.include({state: 'running'})
  })

  it('knows nothing of a service that is not registered', async () => {
    expect(await manager.status('ghost')).to.deep.equal({state: 'absent'})
    for (const verb of ['start', 'stop', 'restart'] as const)
      expect((await failure(manager[verb]('ghost'))).code).to.equal('not-registered')
    await manager.uninstall('ghost')
  })

  it('leaves no process and no file of a service it uninstalls, even one that ignores SIGTERM', async () => {
    const before = tree.processes().length
    await manager.install(serviceSpec(tree, 'a', ['stubborn'], {stopSeconds: 0.3}), {start: true})
    await manager.install(serviceSpec(tree, 'b'), {start: true})
    expect(tree.processes().length).to.be.greaterThan(before + 5)
    await manager.uninstall('a')
    await manager.uninstall('b')
    expect(tree.processes().length).to.equal(before)
    expect(existsSync(join(tree.scandir, 'gateway-a'))).to.equal(false)
    expect(await manager.list()).to.deep.equal([])
  })

  it('drops to the service user under a root supervisor, for the service and for the directory of its logs', async function () {
    if (process.getuid!() !== 0 || !isOpenToOthers()) this.skip()
    const nobody = 65_534
    chownSync(tree.home, nobody, nobody)
    await manager.install(serviceSpec(tree, 'a', ['obedient'], {user: 'nobody'}), {start: true})
    const pid = await pidOf(manager, 'a')
    expect(statSync(`/proc/${pid}`).uid).to.equal(nobody)
    const logs = join(tree.home, 'logs/gateways/a')
    await until('the log is there', () => existsSync(join(logs, 'current')))
    for (const path of [join(tree.home, 'logs'), logs, join(logs, 'current')]) expect(statSync(path).uid, path).to.equal(nobody)
  })

  it('calls a supervised slot stopped once the whole tree is gone, and refuses to start it', async () => {
    await manager.install(serviceSpec(tree, 'a'), {start: true})
    await tree.kill()
    expect(await manager.status('a')).to.include({enabled: true, state: 'stopped'})
    expect((await failure(manager.start('a'))).code).to.equal('unavailable')
    await manager.stop('a')
    expect(await manager.status('a')).to.include({enabled: false, state: 'stopped'})
  })
})
