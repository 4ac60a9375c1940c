import launchd from '@hermes-cli/backend-launchd'
import {checked, type CheckedServiceManager, type Host} from '@hermes-cli/service-manager'
import {readAttendance} from '@hermes-cli/service-manager/attendant'

import {expect} from 'chai'
import {chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {cleanUpDirectories, temporaryDirectory} from '../support/directories.js'
import {standInLaunchd, UID, type StandIn, type StandInOptions} from '../support/launchd.js'
import {alive, familyOf} from '../support/processes.js'
import {until} from '../support/wait.js'

const QUICK = 'trap "exit 0" TERM; echo x >&3; while :; do sleep 0.05; done'
/** It drains for a moment before it ends. */
const SLOW = 'trap "sleep 0.7; exit 0" TERM; echo x >&3; while :; do sleep 0.05; done'
const STUBBORN = 'trap "" TERM; echo x >&3; while :; do sleep 0.05; done'

let standIn: StandIn
let home: string
let host: Host
let manager: CheckedServiceManager

cleanUpDirectories()

async function setUp(options?: StandInOptions): Promise<void> {
  standIn = await standInLaunchd(options)
  used.push(standIn)
  home = temporaryDirectory()
  host = standIn.hostFor(home)
  manager = checked(launchd.connect(host))
}

const used: StandIn[] = []
afterEach(async () => {
  for (const one of used.splice(0)) await one.dispose()
})

const spec = (program = QUICK, id = 'a') => ({
  command: ['/bin/sh', '-c', program] as const,
  description: 'a test',
  environment: {PATH: '/usr/bin:/bin'},
  home,
  id,
  logDirectory: `logs/${id}`,
  readiness: 'fd' as const,
  startSeconds: 10,
  stopSeconds: 2,
  workingDirectory: home,
})

const up = (program?: string, id?: string) => manager.install(spec(program, id), {start: true})

async function pidOf(id = 'a'): Promise<number> {
  const status = await manager.status(id)
  if (status.state !== 'running') throw new Error(`it is ${JSON.stringify(status)}`)
  return status.pid
}

const plist = (id = 'a') =>
  join(
    standIn.plists,
    readdirSync(standIn.plists).find((name) => name.includes(`-${id}.`))!,
  )
const attendance = (id = 'a') => readAttendance(join(home, 'run/attendants', `launchd-${standIn.scope}`, id))
const counts = (verb: string) => standIn.calls().filter((line) => line.startsWith(`${verb} `)).length

describe('launchd: races', () => {
  for (const bootoutCode of [0, 36]) {
    it(`waits for a bootout that drains, whether it says so (${bootoutCode}) or not`, async () => {
      await setUp({bootoutCode, drain: 500})
      await up(SLOW)
      const before = await pidOf()
      await manager.restart('a')
      expect(alive(before)).to.equal(false)
      expect(await pidOf()).to.not.equal(before)
      // It was not asked over and over while it drained.
      expect(counts('bootout')).to.equal(1)
      expect(counts('bootstrap')).to.equal(2)
    })
  }

  it('takes 5 for a stale label: unloads it and loads it again', async () => {
    await setUp()
    await manager.install(spec(), {start: false})
    // Somebody has loaded an older one under that label, which does not run.
    const stale = temporaryDirectory()
    const label = /<key>Label<\/key>\s*<string>(.*?)</.exec(readFileSync(plist(), 'utf8'))![1]!
    const head = '<?xml version="1.0"?><plist version="1.0"><dict>'
    const old = `${head}<key>Label</key><string>${label}</string><key>ProgramArguments</key><array><string>/bin/true</string></array></dict></plist>`
    writeFileSync(join(stale, 'old.plist'), old, {mode: 0o644})
    standIn.run('enable', `gui/${UID}/${label}`)
    standIn.run('bootstrap', `gui/${UID}`, join(stale, 'old.plist'))
    await manager.start('a')
    expect(alive(await pidOf())).to.equal(true)
  })

  for (const code of [5, 36, 37, 119]) {
    it(`tries again after a bootstrap that fails with ${code}`, async () => {
      await setUp()
      standIn.fault('bootstrap', code)
      await up()
      expect(alive(await pidOf())).to.equal(true)
    })

    it(`believes what it sees after a bootstrap that fails with ${code} and works`, async () => {
      await setUp()
      standIn.fault('bootstrap', code, 'run')
      await up()
      expect(alive(await pidOf())).to.equal(true)
    })
  }

  it('goes to the domain of the user where the one of the screen cannot do it (125)', async () => {
    await setUp({domains: [`gui/${UID}`, `user/${UID}`]})
    standIn.fault('bootstrap', 125)
    await up()
    expect(standIn.calls()).to.include(`bootstrap user/${UID} ${plist()}`)
    expect(alive(await pidOf())).to.equal(true)
    await manager.stop('a')
    expect((await manager.status('a')).state).to.equal('stopped')
  })

  it('uses the domain of the user where nobody is logged in at the screen', async () => {
    await setUp({domains: [`user/${UID}`]})
    await up()
    expect(standIn.calls()).to.include(`bootstrap user/${UID} ${plist()}`)
    await manager.uninstall('a')
    expect(readdirSync(standIn.plists)).to.deep.equal([])
  })

  it('says what is missing where the user has no domain at all', async () => {
    await setUp({domains: ['system']})
    const error = await up().then(
      () => undefined,
      (error_: Error & {code?: string}) => error_,
    )
    expect(error?.code).to.equal('unavailable')
    expect(error?.message).to.match(/no domain gui\/\d+ or user\/\d+ now/)
  })

  it('mends permissions that launchd refuses (122)', async () => {
    await setUp()
    await manager.install(spec(), {start: false})
    chmodSync(plist(), 0o666)
    await manager.start('a')
    expect(statSync(plist()).mode & 0o777).to.equal(0o644)
  })

  it('starts a job that launchd loads and leaves alone', async () => {
    await setUp({spawnDelay: 4000})
    await up()
    expect(counts('kickstart')).to.equal(1)
  })

  it('does not take a label that is only registered for one that runs', async () => {
    await setUp({spawnDelay: 300})
    const starting = up()
    await until('it is loaded', () => standIn.calls().some((line) => line.startsWith('bootstrap ')))
    const status = await until('it is known', async () => {
      const seen = await manager.status('a')
      return seen.state !== 'absent' && seen.state !== 'stopped' && seen
    })
    expect(status.state).to.equal('starting')
    await starting
  })

  it('reads the status from list where print fails', async () => {
    await setUp()
    await up()
    standIn.fault('print', 70)
    expect(await pidOf()).to.be.greaterThan(1)
  })

  it('ends a stubborn program whose attendant was killed while it was told to end', async () => {
    await setUp()
    await up(STUBBORN)
    const [program, {pid: attendant}] = [await pidOf(), attendance()!.attendant]
    const stopping = manager.stop('a')
    await until('it was told', () => standIn.calls().some((line) => line.startsWith('bootout ')))
    process.kill(attendant, 'SIGKILL')
    await stopping
    expect(alive(program)).to.equal(false)
  })
})

describe('launchd: an attendant that is killed', () => {
  for (const [what, program] of Object.entries({'that ends when asked': QUICK, 'that does not': STUBBORN})) {
    it(`is started anew, and never beside a program ${what}`, async () => {
      await setUp()
      await up(program)
      const [before, {pid: attendant}] = [await pidOf(), attendance()!.attendant]
      process.kill(attendant, 'SIGKILL')
      const after = await until('another program runs', () => {
        const now = attendance()
        return now?.ready && now.program && now.program.pid !== before && now
      })
      expect(alive(before), 'the program of before has ended').to.equal(false)
      expect(after.attendant.pid).to.not.equal(attendant)
      expect(await pidOf()).to.equal(after.program!.pid)
    })
  }

  it('never runs a second program beside one that another login has loaded', async () => {
    await setUp({domains: [`gui/${UID}`, `user/${UID}`]})
    await up()
    const first = await pidOf()
    const label = /<key>Label<\/key>\s*<string>(.*?)</.exec(readFileSync(plist(), 'utf8'))![1]!
    standIn.run('bootstrap', `user/${UID}`, plist())
    const second = await until('the second attendant runs', () => /\tpid = (\d+)/.exec(standIn.run('print', `user/${UID}/${label}`))?.[1])
    expect(await pidOf()).to.equal(first)
    // It waits: no program below it.
    const runs = (pid: number) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`\0-c\0${QUICK}`)
    expect(
      familyOf(Number(second))
        .slice(1)
        .some((pid) => runs(pid)),
    ).to.equal(false)
    expect((await manager.doctor!()).map(({message}) => message)).to.include(`${label} is loaded twice, by two logins`)
    await manager.stop('a')
    await until('both are gone', () => !alive(first) && !alive(Number(second)))
  })
})

describe('launchd: a power cut', () => {
  it('brings back what ran, and not what was stopped', async () => {
    await setUp()
    for (const id of ['ran', 'stopped', 'waiting']) await up(QUICK, id)
    await manager.stop('stopped')
    await manager.stop('waiting', {disable: false})
    await manager.install(spec(QUICK, 'registered'), {start: false})
    const {pid} = attendance('ran')!.attendant
    await standIn.powerCut(familyOf(pid))
    await standIn.boot()
    await until('what ran runs', async () => (await manager.status('ran')).state === 'running')
    await until('what was stopped for a while runs', async () => (await manager.status('waiting')).state === 'running')
    expect((await manager.status('stopped')).state).to.equal('stopped')
    expect((await manager.status('registered')).state).to.equal('stopped')
  })

  it('lets a program that survived it end before another one starts', async () => {
    await setUp()
    await up(STUBBORN)
    const {attendant, program} = attendance()!
    await standIn.powerCut([attendant.pid])
    expect(alive(program!.pid)).to.equal(true)
    await standIn.boot()
    await until('it runs', async () => (await manager.status('a')).state === 'running')
    expect(alive(program!.pid)).to.equal(false)
  })
})

describe('launchd: doctor', () => {
  const messages = async () => (await manager.doctor!()).map(({cure, message}) => `${message} -> ${cure}`).join('\n')

  it('finds nothing wrong with a service that is well', async () => {
    await setUp()
    await up()
    expect(await messages()).to.equal('')
  })

  it('names drift, wrong permissions, a label disabled by hand, a gone profile and a gone home', async () => {
    await setUp()
    const gone = temporaryDirectory()
    const other = checked(launchd.connect(standIn.hostFor(gone)))
    await other.install({...spec(), home: gone, workingDirectory: gone}, {start: false})
    const profile = join(home, 'profile')
    mkdirSync(profile)
    await manager.install({...spec(QUICK, 'lost'), workingDirectory: profile}, {start: false})
    await up()
    rmSync(gone, {recursive: true})
    rmSync(profile, {recursive: true})
    const path = readdirSync(standIn.plists)
      .map((name) => join(standIn.plists, name))
      .find((one) => readFileSync(one, 'utf8').includes(`${home}/run/attendants/launchd-user/a<`))!
    writeFileSync(path, readFileSync(path, 'utf8').replace('<integer>5</integer>', '<integer>50</integer>'))
    chmodSync(path, 0o666)
    standIn.run('disable', `gui/${UID}/${path.split('/').pop()!.replace('.plist', '')}`)
    const said = await messages()
    expect(said).to.match(/edited: it has "<integer>50<\/integer>" -> Have it written anew: hermes gateway:restart a/)
    expect(said).to.match(/others may change .* -> chown \d+ .* && chmod 644/)
    expect(said).to.match(/runs, and is disabled: it does not come back -> launchctl enable gui/)
    expect(said).to.match(/is of the profile "lost", which is gone .* -> hermes gateway:uninstall lost/)
    expect(said).to.match(/is of the home .*, which is gone -> launchctl bootout gui\/\d+\/ai\.hermes\.gateway-a\.\w+; rm/)
    // Written anew by the same spec, it is well again.
    expect(await manager.install(spec(), {start: false})).to.deep.equal({change: 'updated', restartDue: false})
  })

  it('says so when the user is logged out', async () => {
    await setUp()
    await manager.install(spec(), {start: false})
    standIn.run('stand-in', 'logout', `gui/${UID}`)
    expect(await messages()).to.match(/no domain gui.*now.* -> Log in as that user/)
  })
})

describe('launchd: what is not ours', () => {
  it('leaves definitions of others alone', async () => {
    await setUp()
    await manager.install(spec(), {start: false})
    const path = plist()
    writeFileSync(path, '<plist/>')
    for (const act of [() => manager.start('a'), () => manager.stop('a'), () => manager.uninstall('a'), () => up()]) {
      const error = await act().then(
        () => undefined,
        (error_: {code?: string}) => error_,
      )
      expect(error?.code).to.equal('not-owned')
    }

    expect(readFileSync(path, 'utf8')).to.equal('<plist/>')
    expect((await manager.status('a')).state).to.equal('unknown')
  })

  it('may look at services of the machine without being root, and change nothing', async () => {
    await setUp({scope: 'system'})
    await up()
    const looking = checked(launchd.connect({...host, uid: UID}))
    expect((await looking.status('a')).state).to.equal('running')
    for (const act of [() => looking.start('a'), () => looking.stop('a'), () => looking.uninstall('a')]) {
      const error = await act().then(
        () => undefined,
        (error_: {code?: string}) => error_,
      )
      expect(error?.code).to.equal('permission')
    }

    expect(await pidOf()).to.be.greaterThan(1)
  })
})
