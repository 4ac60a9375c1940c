import windows from '@hermes-cli/backend-windows'
import {checked, type CheckedServiceManager, type ServiceSpec} from '@hermes-cli/service-manager'
import {expect} from 'chai'
import {existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {cleanUpDirectories, fixture, temporaryDirectory} from '../support/directories.js'
import {until} from '../support/wait.js'
import {startedAt} from '../stand-ins/windows/jobs.js'
import {windowsMachine, type WindowsMachine} from '../stand-ins/windows/machine.js'

cleanUpDirectories()

let machine: WindowsMachine
let home: string
let manager: CheckedServiceManager

beforeEach(async () => {
  home = temporaryDirectory()
  machine = await windowsMachine()
  manager = checked(windows.connect(machine.host(home)))
})
afterEach(() => machine.dispose())

const report = () => join(home, 'report')
const starts = () => (existsSync(report()) ? readFileSync(report(), 'utf8').trim().split('\n').filter(Boolean).map(Number) : [])
const live = () => starts().filter((pid) => startedAt(pid) !== undefined)
/** A process runs before its program has come to say so. */
const oneProgram = async () => {
  await until('a program runs', () => live().length > 0)
  expect(live()).to.have.length(1)
}

function spec(words: readonly string[] = [], more: Partial<ServiceSpec> = {}): ServiceSpec {
  return {
    command: [process.execPath, fixture('attended.mjs'), report(), ...words],
    description: 'a test',
    environment: {},
    home,
    id: 'a',
    logDirectory: 'logs/a',
    readiness: 'none',
    startSeconds: 20,
    stopSeconds: 5,
    workingDirectory: home,
    ...more,
  }
}

const state = async (id = 'a') => (await manager.status(id)).state
const settles = (wanted: string) => until(`it is ${wanted}`, async () => (await state()) === wanted)
const running = async (words: readonly string[] = [], more: Partial<ServiceSpec> = {}) => {
  await manager.install(spec(words, more), {start: true})
  return until('its program runs', () => live()[0])
}

const directory = () => {
  const gateways = join(machine.environment.LOCALAPPDATA!, 'hermes', 'gateways')
  return join(gateways, readdirSync(gateways)[0]!)
}

const attendant = () => (JSON.parse(readFileSync(join(directory(), 'state.json'), 'utf8')) as {attendant: number}).attendant
const taskName = () => machine.scheduler.names()[0]!
const failure = async (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error as Error & {code: string; suggestions: readonly string[]},
  )

describe('Task Scheduler: races', () => {
  it('a /Run that is dropped in silence is said again', async () => {
    await manager.install(spec(), {start: false})
    machine.scheduler.drop = 2
    await manager.start('a')
    await oneProgram()
    expect(machine.scheduler.events.filter((event) => event === 322)).to.have.length(2)
  })

  it('a /Run that is always dropped is an error that says so', async () => {
    await manager.install(spec(), {start: false})
    machine.scheduler.drop = 100
    const error = await failure(manager.start('a'))
    expect(error?.code).to.equal('timeout')
    expect(error?.message).to.match(/was told 4 times/)
  })

  it('restart says /Run when the instance before is over, so that none is dropped', async () => {
    machine.scheduler.linger = 3000
    const first = await running()
    await manager.restart('a')
    await oneProgram()
    expect(live()[0]).to.not.equal(first)
    expect(machine.scheduler.events).to.deep.equal([100, 102, 100])
  })

  it('what attends to it is killed: the launcher brings it back, with one program', async () => {
    const first = await running()
    const killed = attendant()
    process.kill(killed, 'SIGKILL')
    // Windows would end the program with it: its job does.
    process.kill(first, 'SIGKILL')
    await until('another attendant', () => attendant() !== killed)
    await settles('running')
    await oneProgram()
  })

  it('the launcher is killed, too: the task is run again after its interval', async () => {
    machine.scheduler.minute = 500
    await running()
    for (const pid of machine.processes()) process.kill(pid, 'SIGKILL')
    await until('it is back', () => starts().length === 2)
    await settles('running')
  })

  it('a task that is ended by hand shows as stopped, and starts again', async () => {
    await running()
    machine.scheduler.end(taskName())
    expect(await state()).to.equal('stopped')
    await manager.start('a')
    await oneProgram()
  })

  it('an attendant that hangs is ended hard, with all below it', async () => {
    const program = await running([], {stopSeconds: 1})
    process.kill(attendant(), 'SIGSTOP')
    process.kill(program, 'SIGSTOP')
    await manager.stop('a')
    expect(await state()).to.equal('stopped')
    expect(machine.processes()).to.deep.equal([])
  })

  it('no process is left of a program that does not know HERMES_STOP_FILE', async () => {
    await running(['deaf'], {stopSeconds: 1})
    await manager.stop('a')
    expect(machine.processes()).to.deep.equal([])
  })
})

describe('Task Scheduler: power cuts and logins', () => {
  const reboot = async () => {
    await machine.powerOff()
    machine.scheduler.minute = 0
    machine.logon()
  }

  it('what ran is back', async () => {
    await running()
    await machine.powerOff()
    expect(await state()).to.equal('stopped')
    machine.scheduler.minute = 0
    machine.logon()
    await settles('running')
    await oneProgram()
  })

  it('what was stopped stays down, what was stopped for a while is back', async () => {
    await running()
    await manager.install(spec([], {command: [process.execPath, fixture('attended.mjs'), join(home, 'other')], id: 'b'}), {start: true})
    await manager.stop('a')
    await manager.stop('b', {disable: false})
    writeFileSync(report(), '')
    await reboot()
    await until('b runs', async () => (await state('b')) === 'running')
    expect(await state()).to.equal('stopped')
    expect(starts()).to.deep.equal([])
  })

  it('what had crashed gets its chance; what had failed for ever says so again', async () => {
    await failure(manager.install(spec(['exit=78']), {start: true}))
    expect(await state()).to.equal('failed')
    await reboot()
    await until('it was tried', () => starts().length === 2)
    await settles('failed')
  })

  it('installed without a login: started now, not then', async () => {
    await manager.install(spec(), {enable: false, start: true})
    const status = await manager.status('a')
    expect('enabled' in status && status.enabled).to.equal(false)
    await reboot()
    expect(machine.scheduler.state(taskName())).to.equal(3)
    expect(await state()).to.equal('stopped')
  })
})

describe('Task Scheduler: denied', () => {
  const links = () => readdirSync(machine.startup)

  beforeEach(() => {
    machine.scheduler.deny = true
  })

  it('the Startup folder brings it up, now and at a login, once', async () => {
    await running()
    expect(machine.scheduler.names()).to.deep.equal([])
    expect(links()).to.have.length(1)
    expect(machine.warnings.join(' ')).to.match(/does not allow a task.*Startup folder.*administrator/)
    expect(await manager.list()).to.deep.equal(['a'])
    await manager.restart('a')
    await oneProgram()
    await machine.powerOff()
    machine.logon()
    await settles('running')
    await oneProgram()
  })

  it('stop takes the shortcut away, uninstall everything', async () => {
    await running()
    await manager.stop('a')
    expect(links()).to.deep.equal([])
    expect(await state()).to.equal('stopped')
    await manager.start('a')
    expect(links()).to.have.length(1)
    await manager.uninstall('a')
    expect(links()).to.deep.equal([])
    expect(await state()).to.equal('absent')
    expect(machine.processes()).to.deep.equal([])
  })

  it('the shortcut goes as soon as there is a task: never two', async () => {
    const program = await running()
    machine.scheduler.deny = false
    await manager.install(spec(), {start: true})
    expect(links()).to.deep.equal([])
    expect(machine.scheduler.names()).to.have.length(1)
    expect(live(), 'it runs on').to.deep.equal([program])
    await manager.stop('a')
    expect(machine.processes()).to.deep.equal([])
  })

  it('two that start it at one login give one process', async () => {
    await running()
    const [link] = links()
    const text = readFileSync(join(machine.startup, link!))
    machine.scheduler.deny = false
    await manager.install(spec(), {start: true})
    writeFileSync(join(machine.startup, link!), text)
    const findings = (await manager.doctor!()).map(({message}) => message).join('\n')
    expect(findings).to.match(/"a" is started twice at a login/)
    await machine.powerOff()
    machine.scheduler.minute = 0
    machine.logon()
    await settles('running')
    await until('one of the launchers is gone', () => machine.processes().length === 3)
    await oneProgram()
  })

  it('a task that may no longer be changed gets no shortcut beside it', async () => {
    machine.scheduler.deny = false
    await manager.install(spec(), {start: false})
    machine.scheduler.deny = true
    const error = await failure(manager.install(spec(['other']), {start: false}))
    expect(error?.code).to.equal('permission')
    expect(links()).to.deep.equal([])
  })

  it('Windows asks where somebody is there, and the task is the only one', async () => {
    machine.scheduler.uac = 'yes'
    await running()
    expect(machine.scheduler.asked, 'nobody may be there').to.equal(0)
    await manager.install(spec(), {elevate: true, start: true})
    expect(machine.scheduler.asked, 'once').to.equal(1)
    expect(machine.scheduler.names()).to.have.length(1)
    expect(links()).to.deep.equal([])
    const status = await manager.status('a')
    expect(status).to.include({enabled: true, state: 'running'})
    expect('drift' in status && status.drift).to.equal(false)
  })

  it('who says no gets the Startup folder', async () => {
    await manager.install(spec(), {elevate: true, start: true})
    expect(machine.scheduler.asked).to.equal(1)
    expect(links()).to.have.length(1)
    await oneProgram()
  })

  it('doctor says that nothing brings its launcher back', async () => {
    await running()
    expect((await manager.doctor!()).map(({message}) => message).join('\n')).to.match(/started by the Startup folder/)
  })
})

describe('Task Scheduler: ownership and drift', () => {
  const foreign = (change: Record<string, string>) => machine.scheduler.edit(taskName(), change)

  it('a task that hermes did not make is not touched', async () => {
    await manager.install(spec(), {start: false})
    foreign({'RegistrationInfo/Documentation': 'mine'})
    for (const verb of ['start', 'stop', 'restart', 'uninstall'] as const)
      expect((await failure(manager[verb]('a')))?.code, verb).to.equal('not-owned')
    expect((await failure(manager.install(spec(), {start: false})))?.code).to.equal('not-owned')
    expect((await manager.status('a')).state).to.equal('unknown')
    expect(await manager.list()).to.deep.equal([])
    expect(machine.scheduler.names()).to.have.length(1)
  })

  it('a task of another home is not touched', async () => {
    await manager.install(spec(), {start: false})
    const {'RegistrationInfo/Documentation': record} = machine.scheduler.values(taskName())
    foreign({'RegistrationInfo/Documentation': record.replace(home, '/elsewhere')})
    expect((await failure(manager.start('a')))?.message).to.match(/belongs to the hermes home \/elsewhere/)
  })

  it('an edited task is named and written anew by the next install', async () => {
    await running()
    foreign({'Settings/ExecutionTimeLimit': 'PT72H'})
    const status = await manager.status('a')
    expect('drift' in status && status.drift).to.equal('the task was edited: its ExecutionTimeLimit is "PT72H", not "PT0S"')
    expect((await manager.install(spec(), {start: false})).change).to.equal('updated')
    expect(machine.scheduler.values(taskName())['Settings/ExecutionTimeLimit']).to.equal('PT0S')
    const after = await manager.status('a')
    expect('drift' in after && after.drift).to.equal(false)
    expect('enabled' in after && after.enabled, 'as it was').to.equal(true)
  })

  it('a task that was switched off shows so, and start switches it on', async () => {
    await running()
    await manager.stop('a', {disable: false})
    foreign({'Settings/Enabled': 'false'})
    const status = await manager.status('a')
    expect(status).to.include({enabled: false, state: 'stopped'})
    await manager.start('a')
    await oneProgram()
  })

  it('files that were removed are written anew', async () => {
    await manager.install(spec(), {start: false})
    for (const name of ['definition.json', 'launcher.js', 'launch.txt']) {
      const path = join(directory(), name)
      writeFileSync(path, 'x')
      const status = await manager.status('a')
      expect('drift' in status && status.drift, name).to.include(name)
      expect((await manager.install(spec(), {start: false})).change).to.equal('updated')
    }

    await manager.start('a')
    await oneProgram()
  })

  it('doctor names a service whose profile is gone', async () => {
    const gone = join(home, 'gone')
    mkdirSync(gone)
    await manager.install(spec([], {workingDirectory: gone}), {start: false})
    const before = await manager.doctor!()
    expect(before).to.deep.equal([])
    const {rmSync} = await import('node:fs')
    rmSync(gone, {recursive: true})
    expect((await manager.doctor!())[0]!.message).to.match(/of the profile "a", which is gone/)
  })
})

describe('Task Scheduler: when it does not answer', () => {
  it('is an error with its number, whatever the language', async () => {
    await machine.scheduler.close()
    const error = await failure(manager.list())
    await machine.scheduler.listen()
    expect(error?.code).to.equal('unavailable')
    expect(error?.message).to.match(/0x800706BA/)
    expect(error?.suggestions.join(' ')).to.match(/sc query Schedule/)
  })

  it('leaves nothing of what it did not take', async () => {
    machine.scheduler.broken = true
    const error = await failure(manager.install(spec(), {start: false}))
    expect(error?.code).to.equal('unavailable')
    expect(readdirSync(join(machine.environment.LOCALAPPDATA!, 'hermes', 'gateways'))).to.deep.equal([])
  })
})
