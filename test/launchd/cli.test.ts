import {expect} from 'chai'
import {join} from 'node:path'
import {pathToFileURL} from 'node:url'

import {hermesIn, type Hermes} from '../support/cli.js'
import {cleanUpDirectories, root, temporaryDirectory} from '../support/directories.js'
import {standInLaunchd, type StandIn} from '../support/launchd.js'
import {alive, familyOf} from '../support/processes.js'
import {until} from '../support/wait.js'

/** Has a process take itself to be on a Mac: the real `hermes`, as its users have it, and the gateways that launchd starts. */
const ON_A_MAC = {NODE_OPTIONS: `--import ${pathToFileURL(join(root, 'test/stand-ins/launchd/darwin.mjs')).href}`}

cleanUpDirectories()

describe('hermes on a Mac that is played', function () {
  this.timeout(60_000)

  let standIn: StandIn
  let hermes: Hermes

  beforeEach(async () => {
    standIn = await standInLaunchd({environment: ON_A_MAC, scope: process.getuid!() === 0 ? 'system' : 'user'})
    const found = {HERMES_LAUNCHD_DIRECTORY: standIn.plists, PATH: `${join(standIn.launchctl, '..')}:${process.env.PATH}`}
    hermes = hermesIn(temporaryDirectory(), {...ON_A_MAC, ...found})
    const made = await hermes('profile:create', 'coder')
    expect(made.code, made.stdout + made.stderr).to.equal(0)
  })

  afterEach(() => standIn.dispose())

  const pid = async () => (await hermes('gateway:status', 'coder', '--json')).json().pid as number

  it('a gateway is started, shown, restarted, stopped on request, and removed', async () => {
    const started = await hermes('gateway:start', 'coder', '--force', '--json')
    expect(started.code, started.stdout + started.stderr).to.equal(0)
    const first = await pid()
    expect(alive(first)).to.equal(true)
    const text = (await hermes('gateway:status', 'coder')).stdout
    expect(text).to.match(/manager\s+launchd \((?:system|user)\)/)
    expect(text).to.match(/ready\s+yes/)
    expect((await hermes('gateway:logs', 'coder')).stdout).to.match(/gateway of profile coder is running/)
    expect((await hermes('gateway:restart', 'coder')).code).to.equal(0)
    expect(alive(first)).to.equal(false)
    const second = await pid()
    expect((await hermes('gateway:stop', 'coder')).code).to.equal(0)
    expect(alive(second)).to.equal(false)
    const stopped = await hermes('gateway:status', 'coder')
    expect(stopped.code).to.equal(3)
    // The marker named this very process: it knew that it was meant.
    expect(stopped.stdout).to.match(/stopped on request/)
    expect((await hermes('gateway:uninstall', 'coder')).code).to.equal(0)
    expect((await hermes('gateway:status', 'coder')).stdout).to.match(/registered\s+no/)
  })

  it('a gateway is back after a power cut', async () => {
    await hermes('gateway:start', 'coder', '--force')
    const before = await pid()
    const attendant = Number(/\tpid = (\d+)/.exec(standIn.run('print', standIn.firstTarget()))![1])
    await standIn.powerCut(familyOf(attendant))
    expect(alive(before)).to.equal(false)
    await standIn.boot()
    await until('it runs again', async () => (await hermes('gateway:status', 'coder')).code === 0)
    expect(await pid()).to.not.equal(before)
  })
})
