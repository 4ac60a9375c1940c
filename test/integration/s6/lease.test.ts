import {connect} from '@hermes-cli/backend-s6/dist/manager.js'
import {boot, shutdown} from '@hermes-cli/backend-s6/dist/tree.js'
import {isSamePlace, supervisionRecord, type Host} from '@hermes-cli/service-manager'
import {expect} from 'chai'
import {execa} from 'execa'
import {chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {leaseFile, leaseRecordFile, supervisionOf, whereabouts} from '#hermes/gateway/supervision.js'
import {createHost} from '#hermes/host/host.js'
import {openLockFile, tryLock} from '#hermes/host/lock.js'
import {identify} from '#hermes/host/process.js'

import {cleanEnvironment} from '../../support/cli.js'
import {cleanUpDirectories, root, temporaryDirectory} from '../../support/directories.js'
import {failure, snapshot} from '../../support/homes.js'
import {familyOf, killAll} from '../../support/processes.js'
import {processesIn, serviceSpec} from '../../support/s6.js'
import {until} from '../../support/wait.js'

describe('s6: the lease of a home', () => {
  let home: string
  let host: Host
  const others: number[] = []

  beforeEach(() => {
    home = temporaryDirectory('hermes-lease-')
    host = createHost({environment: {PATH: process.env.PATH}, home})
  })

  afterEach(async () => {
    await killAll([...processesIn(home), ...others.splice(0).flatMap((pid) => familyOf(pid))])
  })
  cleanUpDirectories()

  const record = () => supervisionRecord(readFileSync(leaseRecordFile(home), 'utf8'))
  const supervised = async () => (await supervisionOf(home)).by

  /** As the tree of another container on the same volume. */
  const another = async (): Promise<void> => {
    const text = JSON.stringify({
      ...whereabouts(),
      host: 'web-1',
      pid_namespace: 'pid:[1]',
      scandir: '/run/service',
      since: '2026-11-21T00:00:00.000Z',
    })
    writeFileSync(leaseRecordFile(home), text)
    const holder = execa('s6-setlock', [leaseFile(home), 'sleep', '1000'], {reject: false})
    others.push(holder.pid!)
    await until('it has the lock', async () => (await supervised()) !== 'nobody')
  }

  it('is held by s6-svscan, and by nothing that it started, until that process is dead', async () => {
    const {pid, scandir} = await boot(host)
    const manager = connect(host)
    await manager.install(serviceSpec({home}, 'a'), {start: true})
    expect(record()).to.include({...whereabouts(), scandir})
    expect(statSync(leaseFile(home)).mode & 0o777).to.equal(0o600)
    expect(statSync(leaseRecordFile(home)).mode & 0o777).to.equal(0o600)
    expect(await supervised()).to.equal('here')
    const service = (await manager.status('a')) as {pid: number}
    process.kill(pid!, 'SIGKILL')
    await until('s6-svscan is dead', () => !identify(pid!))
    expect(identify(service.pid)).not.to.equal(undefined)
    expect(await supervised()).to.equal('nobody')
    expect(await boot(host)).to.include({already_up: false})
    expect(await supervised()).to.equal('here')
    await shutdown(host)
    expect(await supervised()).to.equal('nobody')
  })

  it('of somebody else refuses a boot, names them, and is not disturbed', async () => {
    mkdirSync(join(home, 'run', 'service', 'gateway-theirs'), {mode: 0o700, recursive: true})
    await another()
    const before = snapshot(join(home, 'run', 'service'))
    const error = await failure(boot(host))
    expect(error).to.include({code: 'home-in-use'})
    expect(error.message).to.contain('host web-1').and.contain('2026-11-21T00:00:00.000Z')
    expect(snapshot(join(home, 'run', 'service'))).to.deep.equal(before)
    expect(record()).to.include({host: 'web-1'})
    expect(processesIn(home)).to.deep.equal([])
  })

  it('of somebody else refuses also where their tree answers through the volume', async () => {
    await boot(host)
    writeFileSync(leaseRecordFile(home), JSON.stringify({...record(), host: 'web-1', pid_namespace: 'pid:[1]'}))
    const error = await failure(boot(host))
    expect(error).to.include({code: 'home-in-use'})
    expect(error.message).to.contain('host web-1')
  })

  it('is not taken for held by one who only looks', async () => {
    const looking = await openLockFile(leaseFile(home), {create: true})
    expect(tryLock(looking, {shared: true})).to.equal(true)
    const booting = boot({
      ...host,
      // It was found held: now the look is over.
      async sleep(milliseconds) {
        await looking.close().catch(() => {})
        return host.sleep(milliseconds)
      },
    })
    expect(await booting).to.include({already_up: false})
  })

  it('is not taken through a link or in the place of anything else, and says so', async () => {
    const target = join(temporaryDirectory(), 'target')
    symlinkSync(target, leaseFile(home))
    const error = await failure(boot(host))
    expect(error).to.include({code: 'unavailable'})
    expect(error.message).to.contain(leaseFile(home)).and.contain('symbolic link')
    expect(existsSync(target)).to.equal(false)
    // The home of this test from here on: should it boot after all, it is ended.
    home = temporaryDirectory('hermes-lease-')
    mkdirSync(leaseRecordFile(home))
    expect((await failure(boot({...host, home}))).message).to.contain(`${leaseRecordFile(home)} is no regular file`)
    expect(readdirSync(join(home, 'run/service'))).to.deep.equal([])
  })

  it('writes through no link that lies where it says who it is', async () => {
    const target = join(temporaryDirectory(), 'target')
    writeFileSync(target, 'mine')
    symlinkSync(target, `${leaseRecordFile(home)}.new`)
    await boot(host)
    expect(readFileSync(target, 'utf8')).to.equal('mine')
    expect(isSamePlace(record()!, whereabouts())).to.equal(true)
  })

  it('needs a home that can be written', async function () {
    if (process.getuid!() === 0) this.skip()
    mkdirSync(join(home, 'run', 'service'), {mode: 0o700, recursive: true})
    chmodSync(home, 0o500)
    expect(await failure(boot(host)).finally(() => chmodSync(home, 0o700))).to.include({code: 'permission'})
  })

  it('is that of its own ancestors for a reconcile that publishes before s6-svscan serves, as in a container', async () => {
    const scandir = join(home, 'service')
    const text = JSON.stringify({...whereabouts(), scandir, since: new Date().toISOString()})
    const script = `printf %s "$1" > "$2.new" && mv "$2.new" "$2" && "$3" "$4" container:reconcile --scandir "$5" && exec s6-svscan "$5"`
    const words = [text, leaseRecordFile(home), process.execPath, join(root, 'bin/run.js'), scandir]
    const environment = {env: cleanEnvironment(home), extendEnv: false, reject: false} as const
    const tree = execa('s6-setlock', [leaseFile(home), 'sh', '-c', script, 'sh', ...words], {...environment, cwd: home})
    others.push(tree.pid!)
    await until('it is served', () => host.probeFifo(join(scandir, '.s6-svscan/control')) === 'live')
    expect(readdirSync(scandir)).to.include('gateway-default')
    expect(await supervised()).to.equal('here')
    const elsewhere = await execa(
      process.execPath,
      [join(root, 'bin/run.js'), 'container:reconcile', '--scandir', join(home, 'other')],
      environment,
    )
    expect(elsewhere.exitCode).to.equal(75)
    expect(existsSync(join(home, 'other'))).to.equal(false)
    await execa('s6-svscanctl', ['-t', scandir])
    await tree
    expect(await supervised()).to.equal('nobody')
  })
})
