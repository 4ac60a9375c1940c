import {connect} from '@hermes-cli/backend-s6/dist/manager.js'
import {DEADLINES, scriptTools} from '@hermes-cli/backend-s6/dist/scandir.js'
import {publish} from '@hermes-cli/backend-s6/dist/slot.js'
import type {InstallOutcome, ServiceManager} from '@hermes-cli/service-manager'

import {expect} from 'chai'
import {chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {exec} from '#hermes/host/exec.js'

import {root} from '../../support/directories.js'
import {privateTree, processesIn, report, serviceSpec, starts, type PrivateTree} from '../../support/s6.js'
import {until} from '../../support/wait.js'

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.fail('it did not fail'),
    (error: {code: string; message: string; suggestions: string[]}) => error,
  )

/** Every file of a slot that we put there, with inode, time and text. */
function picture(slot: string): Record<string, string> {
  const names = readdirSync(slot, {encoding: 'utf8', recursive: true}).filter((name) => !/supervise|event|started|outcome/.test(name))
  return Object.fromEntries(
    names
      .filter((name) => lstatSync(join(slot, name)).isFile())
      .map((name) => {
        const stat = statSync(join(slot, name))
        return [name, `${stat.ino} ${stat.mtimeMs} ${stat.mode} ${readFileSync(join(slot, name), 'utf8')}`]
      }),
  )
}

const outcomesById = (outcomes: readonly InstallOutcome[]) =>
  Object.fromEntries(outcomes.map((outcome) => [outcome.id, outcome.ok ? outcome.result.change : (outcome.error as {code?: string}).code]))

describe('s6: installing services under a real s6-svscan', () => {
  let tree: PrivateTree
  let manager: ServiceManager
  const slot = (id: string) => join(tree.scandir, `gateway-${id}`)
  const names = () => readdirSync(tree.scandir).filter((name) => name !== '.s6-svscan')

  beforeEach(async () => {
    tree = await privateTree()
    manager = connect(tree.host())
  })

  afterEach(() => tree.dispose())

  it('has the service and its logger supervised when it returns', async () => {
    await manager.install(serviceSpec(tree, 'a'), {start: false})
    for (const directory of [slot('a'), join(slot('a'), 'log')]) expect((await exec('s6-svok', [directory])).exitCode).to.equal(0)
  })

  it('changes nothing on disk and no process when the same is installed again', async () => {
    const spec = serviceSpec(tree, 'a')
    await manager.install(spec, {start: true})
    const before = picture(slot('a'))
    expect(Object.keys(before)).to.include.members(['run', 'finish', 'log/run', 'data/hermes.json', 'timeout-kill', 'notification-fd'])
    expect(await manager.install(spec, {start: true})).to.deep.equal({change: 'unchanged', restartDue: false})
    expect(await manager.install(spec, {start: false})).to.deep.equal({change: 'unchanged', restartDue: false})
    expect(picture(slot('a'))).to.deep.equal(before)
    expect(starts(tree, 'a')).to.equal(1)
    expect(await manager.status('a')).to.include({state: 'running'})
  })

  it('replaces a changed definition inside a live slot and leaves the process running, which is then due for a restart', async () => {
    await manager.install(serviceSpec(tree, 'a'), {start: true})
    const [first, inode] = [await manager.status('a'), statSync(slot('a')).ino]
    const before = picture(slot('a'))
    const changed = serviceSpec(tree, 'a', ['obedient', 'other'])
    expect(await manager.install(changed, {start: true})).to.deep.equal({change: 'updated', restartDue: true})
    const second = await manager.status('a')
    expect(second).to.include({pid: (first as {pid: number}).pid, restartDue: true, state: 'running'})
    expect(statSync(slot('a')).ino).to.equal(inode)
    const after = picture(slot('a'))
    expect(Object.keys(after).filter((name) => after[name] !== before[name])).to.have.members(['data/hermes.json', 'run'])
    await manager.restart('a')
    expect(await manager.status('a')).to.not.have.property('restartDue')
  })

  it('needs no restart for a stop deadline, which s6 reads when it stops', async () => {
    await manager.install(serviceSpec(tree, 'a', ['stubborn'], {stopSeconds: 60}), {start: true})
    const result = await manager.install(serviceSpec(tree, 'a', ['stubborn'], {stopSeconds: 0.2}), {start: true})
    expect(result).to.deep.equal({change: 'updated', restartDue: false})
    const began = Date.now()
    await manager.stop('a')
    expect(Date.now() - began).to.be.lessThan(5000)
  })

  it('mends a run script that was edited by hand, and status tells before', async () => {
    await manager.install(serviceSpec(tree, 'a'), {start: true})
    writeFileSync(join(slot('a'), 'run'), '#!/bin/sh\nexit 1\n')
    expect(await manager.status('a')).to.include({restartDue: true})
    expect(await manager.install(serviceSpec(tree, 'a'), {start: true})).to.include({change: 'updated'})
    expect(await manager.status('a')).to.not.have.property('restartDue')
  })

  it('takes readiness away from a live slot when the spec has none any more', async () => {
    await manager.install(serviceSpec(tree, 'a'), {start: true})
    await manager.install(serviceSpec(tree, 'a', ['obedient'], {readiness: 'none'}), {start: true})
    expect(existsSync(join(slot('a'), 'notification-fd'))).to.equal(false)
    await manager.restart('a')
    expect(await manager.status('a')).to.include({ready: null, state: 'running'})
  })

  it('brings a registered service up when it is installed to run, one that was given up included', async () => {
    await manager.install(serviceSpec(tree, 'a'), {start: false})
    await manager.install(serviceSpec(tree, 'a'), {start: true})
    expect(await manager.status('a')).to.include({enabled: true, state: 'running'})
    const switchFile = join(tree.home, 'code')
    writeFileSync(switchFile, '78')
    await failure(manager.install(serviceSpec(tree, 'b', ['switch', switchFile]), {start: true}))
    writeFileSync(`${switchFile}.off`, '')
    const mended = serviceSpec(tree, 'b', ['switch', '/nonexistent'])
    expect(outcomesById(await manager.installMany!([{options: {start: true}, spec: mended}]))).to.deep.equal({b: 'updated'})
    await until('b runs', async () => (await manager.status('b')).state === 'running')
  })

  it('refuses an existing slot when asked to be exclusive, whoever made it', async () => {
    const spec = serviceSpec(tree, 'a')
    await manager.install(spec, {exclusive: true, start: false})
    const error = await failure(manager.install(spec, {exclusive: true, start: false}))
    expect(error).to.include({code: 'already-registered'})
    expect(error.message).to.contain('already registered')
    mkdirSync(slot('b'))
    expect((await failure(manager.install(serviceSpec(tree, 'b'), {exclusive: true, start: false}))).code).to.equal('already-registered')
  })

  it('never touches a slot that another home or another program made, nor a symlink', async () => {
    await manager.install({...serviceSpec(tree, 'theirs'), home: '/other/home'}, {start: false})
    mkdirSync(slot('bare'))
    writeFileSync(join(slot('bare'), 'run'), 'kept')
    mkdirSync(join(tree.home, 'target'))
    symlinkSync(join(tree.home, 'target'), slot('link'))
    const before = picture(slot('theirs'))
    for (const id of ['theirs', 'bare', 'link']) {
      for (const act of [
        () => manager.install(serviceSpec(tree, id), {start: true}),
        () => manager.start(id),
        () => manager.stop(id),
        () => manager.restart(id),
        () => manager.uninstall(id),
      ]) {
        expect((await failure(act())).code).to.equal('not-owned')
      }
    }

    expect(picture(slot('theirs'))).to.deep.equal(before)
    expect(readdirSync(slot('bare'))).to.include('run')
    expect(readdirSync(join(tree.home, 'target'))).to.deep.equal([])
    expect(await manager.status('theirs')).to.include({state: 'unknown'})
    expect(await manager.list()).to.deep.equal(['bare'])
  })

  it('takes the slot back when s6-svscan cannot be told', async () => {
    const host = tree.host()
    const broken = connect({
      ...host,
      exec: (file, args, options) => (file.endsWith('s6-svscanctl') ? host.exec('false', [], options) : host.exec(file, args, options)),
    })
    const error = await failure(broken.install(serviceSpec(tree, 'a'), {start: true}))
    expect(error.code).to.equal('command-failed')
    expect(names()).to.deep.equal([])
    expect(await manager.status('a')).to.deep.equal({state: 'absent'})
    await manager.install(serviceSpec(tree, 'a'), {start: true})
  })

  it('ends with one live service when eight processes install the same at once', async () => {
    const script = `
      import {createHost} from '${root}/dist/host/host.js'
      import {connect} from '${root}/src/backends/s6/dist/manager.js'
      const host = createHost({environment: process.env, home: process.env.HERMES_HOME})
      const {change} = await connect(host).install(JSON.parse(process.argv[1]), {start: true})
      console.log(change)`
    const args = ['--input-type=module', '-e', script, JSON.stringify(serviceSpec(tree, 'a'))]
    const results = await Promise.all(Array.from({length: 8}, () => exec(process.execPath, args, {environment: tree.environment})))
    expect(results.filter(({exitCode}) => exitCode !== 0)).to.deep.equal([])
    expect(results.filter(({stdout}) => stdout.trim() === 'created')).to.have.length(1)
    expect(starts(tree, 'a')).to.equal(1)
    expect(names()).to.deep.equal(['gateway-a'])
    expect(await manager.status('a')).to.include({enabled: true, state: 'running'})
  })

  it('publishes a slot once: who comes second finds the first and leaves nothing behind', async () => {
    const tools = scriptTools(tree.host())
    expect(publish(tree.scandir, serviceSpec(tree, 'a'), tools, {down: true})).to.equal(true)
    expect(publish(tree.scandir, serviceSpec(tree, 'a', ['stubborn']), tools, {down: true})).to.equal(false)
    expect(names()).to.deep.equal(['gateway-a'])
    expect(await manager.install(serviceSpec(tree, 'a'), {start: false})).to.include({change: 'unchanged'})
  })

  it('installs many at once; one bad one stops none of the others', async () => {
    mkdirSync(slot('foreign'))
    const ids = ['a', 'b', 'foreign', 'c', 'x'.repeat(251)]
    const requests = ids.map((id) => ({options: {start: id !== 'b'}, spec: serviceSpec(tree, id)}))
    const outcomes = await manager.installMany!(requests)
    expect(outcomesById(outcomes)).to.deep.equal({
      a: 'created',
      b: 'created',
      c: 'created',
      foreign: 'not-owned',
      ['x'.repeat(251)]: 'invalid-name',
    })
    await until('a and c run', async () => starts(tree, 'a') === 1 && starts(tree, 'c') === 1)
    expect(starts(tree, 'b')).to.equal(0)
  })

  it('supervises the longest name s6 allows', async () => {
    const id = 'y'.repeat(243)
    await manager.install(serviceSpec(tree, id, ['obedient'], {logDirectory: 'logs/long'}), {start: true})
    expect(await manager.status(id)).to.include({state: 'running'})
    await manager.uninstall(id)
    expect(names()).to.deep.equal([])
  })

  it('cleans up what interrupted runs left, ends what runs in it, and leaves the work of a live process alone', async () => {
    await manager.install(serviceSpec(tree, 'old'), {start: true})
    const dead = (await exec('sh', ['-c', 'echo $$'])).stdout.trim()
    await exec('mv', [slot('old'), join(tree.scandir, `.gateway-old.gone.${dead}.0123abcd`)])
    mkdirSync(join(tree.scandir, `.gateway-x.new.${dead}.0123abcd`))
    mkdirSync(join(tree.scandir, '.gateway-y.whatever'))
    mkdirSync(join(tree.scandir, 'gateway-z.tmp'))
    const busy = `.gateway-w.new.${process.pid}.0123abcd`
    mkdirSync(join(tree.scandir, busy))
    await manager.install(serviceSpec(tree, 'a'), {start: false})
    expect(names().sort()).to.deep.equal([busy, 'gateway-a'])
    await until('only one pair of supervisors, a logger and s6-svscan are left', () => processesIn(tree.scandir).length === 4)
  })

  it('tells clearly, and in time, when s6-svscan takes up no more services, and takes those back', async () => {
    await tree.dispose()
    tree = await privateTree({svscan: ['-c', '2']})
    const limited = connect(tree.host(), {...DEADLINES, supervised: 1500})
    const outcomes = await limited.installMany!(['a', 'b', 'c'].map((id) => ({options: {start: false}, spec: serviceSpec(tree, id)})))
    const failed = outcomes.filter((outcome) => !outcome.ok)
    expect(failed).to.have.length(1)
    expect((failed[0]!.error as Error).message).to.contain('only so many services')
    expect(names()).to.have.length(2)
  })

  it('lays slots ready where no s6-svscan runs yet, and the one that comes starts exactly those that shall run', async () => {
    await tree.dispose()
    tree = await privateTree({start: false})
    manager = connect(tree.host())
    const requests = ['up', 'down'].map((id) => ({options: {start: id === 'up'}, spec: serviceSpec(tree, id)}))
    expect(outcomesById(await manager.installMany!(requests))).to.deep.equal({down: 'created', up: 'created'})
    expect(outcomesById(await manager.installMany!(requests))).to.deep.equal({down: 'unchanged', up: 'unchanged'})
    expect(await manager.status('up')).to.include({enabled: true, state: 'stopped'})
    await tree.start()
    await until('it runs', async () => (await manager.status('up')).state === 'running')
    // s6-svscan takes up one after the other, and what it has not taken up yet is unknown.
    await until('the other is supervised too', async () => (await manager.status('down')).state !== 'unknown')
    expect(await manager.status('down')).to.include({enabled: false, state: 'stopped'})
    expect(starts(tree, 'down')).to.equal(0)
  })

  it('follows a change of mind where no s6-svscan runs', async () => {
    await tree.kill()
    await manager.install(serviceSpec(tree, 'a'), {start: true})
    expect(await manager.install(serviceSpec(tree, 'a'), {start: false})).to.include({change: 'updated'})
    await tree.start()
    await until('it is supervised', async () => (await manager.status('a')).state === 'stopped')
    await manager.uninstall('a')
    expect(names()).to.deep.equal([])
  })

  it('passes values to the service that would be code in a careless script', async () => {
    const hostile = {A: `it's "$HOME" \`id\` $(id) \\ ; #`, B: 'two\nlines\n', C: '', D: "'\"'\"'", E: 'ünïcode \u0001'}
    const spec = serviceSpec(tree, 'a')
    const dump = join(tree.home, 'dump.json')
    const script = `require('fs').writeFileSync(${JSON.stringify(dump)}, JSON.stringify(process.env)); setInterval(() => {}, 1e6); require('fs').writeSync(3, '\\n')`
    await manager.install(
      {...spec, command: [process.execPath, '-e', script], environment: {...spec.environment, ...hostile}},
      {start: true},
    )
    expect(JSON.parse(readFileSync(dump, 'utf8'))).to.include(hostile)
  })

  it('uninstalls a service though a program it left behind holds the pipe to its logger', async () => {
    const spec = serviceSpec(tree, 'a', ['obedient'], {readiness: 'none'})
    await manager.install({...spec, command: ['/bin/sh', '-c', 'cd / && sleep 30 & exec sleep 1000']}, {start: true})
    await manager.uninstall('a')
    expect(tree.processes().length).to.equal(1)
    expect(names()).to.deep.equal([])
  })

  it('says permission, and what to do, to a user the tree does not belong to', async function () {
    if (process.getuid!() !== 0) this.skip()
    chmodSync(tree.home, 0o755)
    const script = `
      import {createHost} from '${root}/dist/host/host.js'
      import {connect} from '${root}/src/backends/s6/dist/manager.js'
      process.setgid(65534); process.setuid(65534)
      const host = createHost({environment: process.env, home: process.env.HERMES_HOME})
      for (const act of [m => m.install(JSON.parse(process.argv[1]), {start: true}), m => m.start('a'), m => m.status('a'), m => m.uninstall('a'), async m => { for await (const line of m.logs('a', {follow: false, lines: 9})) line }])
        await act(connect(host)).then(() => console.log('done'), e => console.log(e.code, e.suggestions.length > 0))`
    await manager.install(serviceSpec(tree, 'a'), {start: true})
    await until('there is a log', () => existsSync(join(tree.home, 'logs/gateways/a/current')))
    const args = ['--input-type=module', '-e', script, JSON.stringify(serviceSpec(tree, 'b'))]
    const result = await exec(process.execPath, args, {environment: tree.environment})
    expect(result.stdout.trim().split('\n'), result.stderr).to.deep.equal(Array.from({length: 5}, () => 'permission true'))
    expect(report(tree, 'a')).to.have.length(1)
  })
})
