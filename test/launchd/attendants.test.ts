import {expect} from 'chai'
import {readFileSync} from 'node:fs'

import {cleanUpDirectories} from '../support/directories.js'
import {UID} from '../support/launchd.js'
import {playedMac, QUICK, STUBBORN} from '../support/played-mac.js'
import {alive, familyOf} from '../support/processes.js'
import {until} from '../support/wait.js'

cleanUpDirectories()

describe('launchd: an attendant that is killed', () => {
  const mac = playedMac()

  for (const [what, program] of Object.entries({'that ends when asked': QUICK, 'that does not': STUBBORN})) {
    it(`is started anew, and never beside a program ${what}`, async () => {
      await mac.setUp()
      await mac.up(program)
      const [before, {pid: attendant}] = [await mac.pidOf(), mac.attendance()!.attendant]
      process.kill(attendant, 'SIGKILL')
      const after = await until('another program runs', () => {
        const now = mac.attendance()
        return now?.ready && now.program && now.program.pid !== before && now
      })
      expect(alive(before), 'the program of before has ended').to.equal(false)
      expect(after.attendant.pid).to.not.equal(attendant)
      expect(await mac.pidOf()).to.equal(after.program!.pid)
    })
  }

  it('never runs a second program beside one that another login has loaded', async () => {
    await mac.setUp({domains: [`gui/${UID}`, `user/${UID}`]})
    await mac.up()
    const first = await mac.pidOf()
    const label = /<key>Label<\/key>\s*<string>(.*?)</.exec(readFileSync(mac.plist(), 'utf8'))![1]!
    mac.standIn.run('bootstrap', `user/${UID}`, mac.plist())
    const second = await until(
      'the second attendant runs',
      () => /\tpid = (\d+)/.exec(mac.standIn.run('print', `user/${UID}/${label}`))?.[1],
    )
    expect(await mac.pidOf()).to.equal(first)
    // It waits: no program below it.
    const runs = (pid: number) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`\0-c\0${QUICK}`)
    expect(
      familyOf(Number(second))
        .slice(1)
        .some((pid) => runs(pid)),
    ).to.equal(false)
    expect((await mac.manager.doctor!()).map(({message}) => message)).to.include(`${label} is loaded twice, by two logins`)
    await mac.manager.stop('a')
    await until('both are gone', () => !alive(first) && !alive(Number(second)))
  })
})

describe('launchd: a power cut', () => {
  const mac = playedMac()

  it('brings back what ran, and not what was stopped', async () => {
    await mac.setUp()
    for (const id of ['ran', 'stopped', 'waiting']) await mac.up(QUICK, id)
    await mac.manager.stop('stopped')
    await mac.manager.stop('waiting', {disable: false})
    await mac.manager.install(mac.spec(QUICK, 'registered'), {start: false})
    const {pid} = mac.attendance('ran')!.attendant
    await mac.standIn.powerCut(familyOf(pid))
    await mac.standIn.boot()
    await until('what ran runs', async () => (await mac.manager.status('ran')).state === 'running')
    await until('what was stopped for a while runs', async () => (await mac.manager.status('waiting')).state === 'running')
    expect((await mac.manager.status('stopped')).state).to.equal('stopped')
    expect((await mac.manager.status('registered')).state).to.equal('stopped')
  })

  it('lets a program that survived it end before another one starts', async () => {
    await mac.setUp()
    await mac.up(STUBBORN)
    const {attendant, program} = mac.attendance()!
    await mac.standIn.powerCut([attendant.pid])
    expect(alive(program!.pid)).to.equal(true)
    await mac.standIn.boot()
    await until('it runs', async () => (await mac.manager.status('a')).state === 'running')
    expect(alive(program!.pid)).to.equal(false)
  })
})
