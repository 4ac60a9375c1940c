import {expect} from 'chai'
import {chmodSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {cleanUpDirectories, temporaryDirectory} from '../support/directories.js'
import {UID} from '../support/launchd.js'
import {playedMac, SLOW, STUBBORN} from '../support/played-mac.js'
import {alive} from '../support/processes.js'
import {until} from '../support/wait.js'

cleanUpDirectories()

describe('launchd: races', () => {
  const mac = playedMac()

  for (const bootoutCode of [0, 36]) {
    it(`waits for a bootout that drains, whether it says so (${bootoutCode}) or not`, async () => {
      await mac.setUp({bootoutCode, drain: 500})
      await mac.up(SLOW)
      const before = await mac.pidOf()
      await mac.manager.restart('a')
      expect(alive(before)).to.equal(false)
      expect(await mac.pidOf()).to.not.equal(before)
      // It was not asked over and over while it drained.
      expect(mac.counts('bootout')).to.equal(1)
      expect(mac.counts('bootstrap')).to.equal(2)
    })
  }

  it('takes 5 for a stale label: unloads it and loads it again', async () => {
    await mac.setUp()
    await mac.manager.install(mac.spec(), {start: false})
    // Somebody has loaded an older one under that label, which does not run.
    const stale = temporaryDirectory()
    const label = /<key>Label<\/key>\s*<string>(.*?)</.exec(readFileSync(mac.plist(), 'utf8'))![1]!
    const head = '<?xml version="1.0"?><plist version="1.0"><dict>'
    const old = `${head}<key>Label</key><string>${label}</string><key>ProgramArguments</key><array><string>/bin/true</string></array></dict></plist>`
    writeFileSync(join(stale, 'old.plist'), old, {mode: 0o644})
    mac.standIn.run('enable', `gui/${UID}/${label}`)
    mac.standIn.run('bootstrap', `gui/${UID}`, join(stale, 'old.plist'))
    await mac.manager.start('a')
    expect(alive(await mac.pidOf())).to.equal(true)
  })

  for (const code of [5, 36, 37, 119]) {
    it(`tries again after a bootstrap that fails with ${code}`, async () => {
      await mac.setUp()
      mac.standIn.fault('bootstrap', code)
      await mac.up()
      expect(alive(await mac.pidOf())).to.equal(true)
    })

    it(`believes what it sees after a bootstrap that fails with ${code} and works`, async () => {
      await mac.setUp()
      mac.standIn.fault('bootstrap', code, 'run')
      await mac.up()
      expect(alive(await mac.pidOf())).to.equal(true)
    })
  }

  it('goes to the domain of the user where the one of the screen cannot do it (125)', async () => {
    await mac.setUp({domains: [`gui/${UID}`, `user/${UID}`]})
    mac.standIn.fault('bootstrap', 125)
    await mac.up()
    expect(mac.standIn.calls()).to.include(`bootstrap user/${UID} ${mac.plist()}`)
    expect(alive(await mac.pidOf())).to.equal(true)
    await mac.manager.stop('a')
    expect((await mac.manager.status('a')).state).to.equal('stopped')
  })

  it('uses the domain of the user where nobody is logged in at the screen', async () => {
    await mac.setUp({domains: [`user/${UID}`]})
    await mac.up()
    expect(mac.standIn.calls()).to.include(`bootstrap user/${UID} ${mac.plist()}`)
    await mac.manager.uninstall('a')
    expect(readdirSync(mac.standIn.plists)).to.deep.equal([])
  })

  it('says what is missing where the user has no domain at all', async () => {
    await mac.setUp({domains: ['system']})
    const error = await mac.up().then(
      () => undefined,
      (error_: Error & {code?: string}) => error_,
    )
    expect(error?.code).to.equal('unavailable')
    expect(error?.message).to.match(/no domain gui\/\d+ or user\/\d+ now/)
    // A definition that is left there would be loaded at the next login, though nobody was told that it is there.
    for (const start of [true, false]) {
      await mac.manager.install(mac.spec(), {start}).catch(() => {})
      expect(readdirSync(mac.standIn.plists)).to.deep.equal([])
    }
  })

  it('mends permissions that launchd refuses (122)', async () => {
    await mac.setUp()
    await mac.manager.install(mac.spec(), {start: false})
    chmodSync(mac.plist(), 0o666)
    await mac.manager.start('a')
    expect(statSync(mac.plist()).mode & 0o777).to.equal(0o644)
  })

  it('starts a job that launchd loads and leaves alone', async () => {
    await mac.setUp({spawnDelay: 4000})
    await mac.up()
    expect(mac.counts('kickstart')).to.equal(1)
  })

  it('does not take a label that is only registered for one that runs', async () => {
    await mac.setUp({spawnDelay: 300})
    const starting = mac.up()
    await until('it is loaded', () => mac.standIn.calls().some((line) => line.startsWith('bootstrap ')))
    const status = await until('it is known', async () => {
      const seen = await mac.manager.status('a')
      return seen.state !== 'absent' && seen.state !== 'stopped' && seen
    })
    expect(status.state).to.equal('starting')
    await starting
  })

  it('reads the status from list where print fails', async () => {
    await mac.setUp()
    await mac.up()
    mac.standIn.fault('print', 70)
    expect(await mac.pidOf()).to.be.greaterThan(1)
  })

  it('ends a stubborn program whose attendant was killed while it was told to end', async () => {
    await mac.setUp()
    await mac.up(STUBBORN)
    const [program, {pid: attendant}] = [await mac.pidOf(), mac.attendance()!.attendant]
    const stopping = mac.manager.stop('a')
    await until('it was told', () => mac.standIn.calls().some((line) => line.startsWith('bootout ')))
    process.kill(attendant, 'SIGKILL')
    await stopping
    expect(alive(program)).to.equal(false)
  })
})
