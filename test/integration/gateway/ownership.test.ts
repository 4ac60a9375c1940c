import {expect} from 'chai'
import {execFileSync, spawn} from 'node:child_process'
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {acquireLock, probeLock} from '#hermes/gateway/lock.js'
import {writePlannedStop} from '#hermes/gateway/planned-stop.js'
import {identify} from '#hermes/host/process.js'

import {cleanUpDirectories, fixture, isOpenToOthers} from '../../support/directories.js'
import {cleanUpGateways, endAfterwards, isGone, makeHome, program, startGateway, type Home} from '../../support/gateway.js'
import {until} from '../../support/wait.js'

cleanUpGateways()
cleanUpDirectories()

/** A supervised gateway under a supervisor that is then killed, as s6-supervise is by kill -9. Answers the orphan's pid. */
async function orphanOf(home: Home): Promise<number> {
  const script = `const {spawn} = require('node:child_process'); spawn(process.execPath, process.argv.slice(1), {stdio: 'ignore'}); setInterval(() => {}, 1e9)`
  const supervisor = spawn(process.execPath, ['-e', script, fixture('gateway-entry.mjs'), '-p', 'coder', 'gateway', 'run'], {
    env: {HERMES_HOME: home.home, HERMES_SUPERVISED: '1', PATH: process.env.PATH},
    stdio: 'ignore',
  })
  endAfterwards(supervisor.pid!)
  await until('the first gateway', () => home.state().gateway_state === 'running')
  const pid = endAfterwards(home.state().pid as number)
  const gone = new Promise((resolve) => {
    supervisor.once('exit', resolve)
  })
  supervisor.kill('SIGKILL')
  await gone
  expect(isGone(pid)).to.equal(false)
  return pid
}

describe('one gateway per profile', () => {
  it('of many that start at once exactly one runs', async () => {
    const home = await makeHome({command: program('program', 'pid'), ready: {after: 0}})
    const all = Array.from({length: 4}, () => startGateway(home))
    const winner = await until('a winner', () => all.find(({notified}) => notified() === '\n'))
    await until('the others to wait', () => all.filter(({stderr}) => stderr().includes('waiting until')).length === 3)
    await until('its program', () => winner.stdout().includes('pid '))
    expect(all.filter(({stdout}) => stdout().includes('pid ')).map(({pid}) => pid)).to.deep.equal([winner.pid])
    expect(home.state().pid).to.equal(winner.pid)
    expect((await probeLock(home.directory)).holder).to.include({home: home.home, pid: winner.pid, profile: 'coder'})
  })

  it('a second one in the foreground is refused and changes nothing', async () => {
    const home = await makeHome()
    const first = startGateway(home)
    await first.ready()
    const before = readFileSync(home.file('gateway_state.json'), 'utf8')
    const second = startGateway(home, {supervised: false})
    expect(await second.exited).to.equal(75)
    expect(second.stderr()).to.include('already-running').and.include(`pid ${first.pid}`)
    expect(readFileSync(home.file('gateway_state.json'), 'utf8')).to.equal(before)
  })

  it('a supervised one waits behind a foreground run, not ready and silent, and takes over', async () => {
    const home = await makeHome()
    const foreground = startGateway(home, {supervised: false})
    await foreground.ready()
    const before = readFileSync(home.file('gateway_state.json'), 'utf8')
    const supervised = startGateway(home)
    await until('waiting', () => supervised.stderr().includes(`pid ${foreground.pid}`))
    expect(readFileSync(home.file('gateway_state.json'), 'utf8')).to.equal(before)
    expect(supervised.notified()).to.equal('')
    foreground.signal('SIGINT')
    expect(await foreground.exited).to.equal(0)
    await until('the newline', () => supervised.notified() === '\n')
    expect(home.state()).to.include({gateway_state: 'running', pid: supervised.pid})
  })

  it('one that is told to end while it waits leaves the files to their owner, a marker for that one included', async () => {
    const home = await makeHome()
    const foreground = startGateway(home, {supervised: false})
    await foreground.ready()
    await writePlannedStop(home.directory, identify(foreground.pid)!)
    const waiting = startGateway(home)
    await until('waiting', () => waiting.stderr().includes('waiting until'))
    waiting.signal('SIGTERM')
    expect(await waiting.exited).to.equal(1)
    foreground.signal('SIGTERM')
    expect(await foreground.exited).to.equal(0)
    expect(home.state()).to.include({gateway_state: 'stopped', pid: foreground.pid})
  })

  it('a planned stop of the one that waits is a planned stop', async () => {
    const home = await makeHome()
    const lock = await acquireLock(home.directory)
    const waiting = startGateway(home)
    await until('waiting', () => waiting.stderr().includes('waiting until'))
    await writePlannedStop(home.directory, identify(waiting.pid)!)
    waiting.signal('SIGTERM')
    expect(await waiting.exited).to.equal(0)
    await lock!.release()
  })

  it('someone who only looks at the lock does not keep a gateway from starting', async () => {
    const home = await makeHome()
    const lock = await acquireLock(home.directory)
    const gateway = startGateway(home, {supervised: false})
    setTimeout(() => lock!.release(), 400)
    await gateway.ready()
    expect(home.state().pid).to.equal(gateway.pid)
  })
})

describe('a gateway whose supervisor was killed', () => {
  it('is ended by the one its new supervisor starts, which takes over', async () => {
    const home = await makeHome({command: program('program', 'pid'), ready: {after: 0}})
    const orphan = await orphanOf(home)
    const heir = startGateway(home)
    await until('the newline', () => heir.notified() === '\n')
    expect(isGone(orphan)).to.equal(true)
    expect(home.state()).to.include({failures: 0, gateway_state: 'running', pid: heir.pid})
    expect(heir.stderr()).to.include(`pid ${orphan}`)
  })

  it('is left alone by a foreground run', async () => {
    const home = await makeHome()
    const orphan = await orphanOf(home)
    expect(await startGateway(home, {supervised: false}).exited).to.equal(75)
    expect(isGone(orphan)).to.equal(false)
  })

  it('is not looked for in a forged record: a process without the lock file open is not touched', async () => {
    const home = await makeHome()
    const bystander = spawn('sleep', ['60'], {stdio: 'ignore'})
    endAfterwards(bystander.pid!)
    const lock = await acquireLock(home.directory)
    const self = identify(bystander.pid!)!
    await lock!.describe({...self, home: home.home, profile: 'coder', supervisor: {...self, startTime: self.startTime - 1}})
    const gateway = startGateway(home)
    await until('waiting', () => gateway.stderr().includes('waiting until'))
    expect(isGone(bystander.pid!)).to.equal(false)
    await lock!.release()
    await gateway.ready()
  })
})

describe('trouble with the files', () => {
  const hostile: Array<[string, (path: string) => void]> = [
    ['a FIFO', (path) => execFileSync('mkfifo', [path])],
    ['a directory', (path) => mkdirSync(path)],
    ['a symbolic link', (path) => execFileSync('ln', ['-s', '/etc/hostname', path])],
  ]
  for (const [what, make] of hostile) {
    it(`${what} for a lock file is a refusal in one line`, async () => {
      const home = await makeHome()
      make(home.file('gateway.lock'))
      const gateway = startGateway(home)
      expect(await gateway.exited).to.be.oneOf([1, 78])
      expect(gateway.stderr().trim().split('\n')).to.have.length(1)
      expect(gateway.stderr()).to.include('gateway.lock')
    })
  }

  for (const name of ['gateway_state.json', 'gateway.pid', 'processes.json', '.gateway-planned-stop.json', 'gateway_intent.json']) {
    it(`a directory in the place of ${name} does not keep it from running`, async () => {
      const home = await makeHome({command: program('program'), ready: {after: 0}})
      mkdirSync(join(home.file(name), 'x'), {recursive: true})
      const gateway = startGateway(home)
      await until('the newline', () => gateway.notified() === '\n')
      gateway.signal('SIGTERM')
      expect(await gateway.exited).to.equal(1)
    })
  }

  it('a full disk is a warning', async function () {
    if (process.getuid?.() !== 0) return this.skip()
    const home = await makeHome({command: program('program', 'pid'), ready: {after: 0}})
    const small = home.file('small')
    mkdirSync(small)
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', small], {stdio: 'ignore'})
    } catch {
      return this.skip()
    }

    try {
      for (const name of ['config.yaml', 'SOUL.md']) writeFileSync(join(small, name), readFileSync(home.file(name)))
      writeFileSync(join(small, 'gateway.lock'), '')
      let size = 65_536
      while (size > 0) {
        try {
          writeFileSync(join(small, `fill-${size}`), Buffer.alloc(size))
        } catch {
          size = Math.floor(size / 2)
        }

        if (size < 4096) break
      }

      const gateway = startGateway({home: small}, {args: ['gateway', 'run']})
      await until('the newline', () => gateway.notified() === '\n')
      expect(gateway.stderr()).to.include('ENOSPC')
      gateway.signal('SIGINT')
      expect(await gateway.exited).to.equal(0)
    } finally {
      execFileSync('umount', ['-l', small])
    }
  })

  it('a directory it may not write to is a warning once the lock file is there', async function () {
    if (process.getuid?.() !== 0 || !isOpenToOthers()) return this.skip()
    const home = await makeHome()
    writeFileSync(home.file('gateway.lock'), '', {mode: 0o666})
    execFileSync('chmod', ['-R', 'a+rX', home.home])
    execFileSync('chmod', ['666', home.file('gateway.lock')])
    const gateway = startGateway(home, {wrapper: ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']})
    await until('the newline', () => gateway.notified() === '\n')
    expect(gateway.stderr()).to.include('EACCES')
    gateway.signal('SIGTERM')
    expect(await gateway.exited).to.equal(1)
  })

  it('a directory without a lock file it may not write to is a refusal', async function () {
    if (process.getuid?.() !== 0 || !isOpenToOthers()) return this.skip()
    const home = await makeHome()
    execFileSync('chmod', ['-R', 'a+rX', home.home])
    const gateway = startGateway(home, {wrapper: ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']})
    expect(await gateway.exited).to.equal(78)
    expect(gateway.stderr()).to.include('permission denied')
  })

  it('a supervisor whose log reader went away does not take the gateway with it', async () => {
    const home = await makeHome()
    const gateway = startGateway(home)
    gateway.child.stderr!.destroy()
    gateway.child.stdout!.destroy()
    await until('the newline', () => gateway.notified() === '\n')
    gateway.signal('SIGINT')
    expect(await gateway.exited).to.equal(0)
  })
})
