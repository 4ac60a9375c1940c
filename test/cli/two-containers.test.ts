import {expect} from 'chai'
import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {bootedHome} from '../support/booted-home.js'
import {hermesIn, NO_SUPERVISOR} from '../support/cli.js'
import {cleanUpDirectories} from '../support/directories.js'
import {seedProfile, snapshot} from '../support/homes.js'

cleanUpDirectories()

describe('hermes in the second container on a volume', () => {
  const here = bootedHome()

  /** The tree that runs says that it is another container's. */
  const elsewhere = (): void => {
    const path = join(here.home, 'supervision.json')
    writeFileSync(path, JSON.stringify({...JSON.parse(readFileSync(path, 'utf8')), host: 'web-1', pid_namespace: 'pid:[1]'}))
  }

  const refused = async (...words: string[]): Promise<void> => {
    const {code, json, stdout} = await here.hermes(...words, '--json')
    expect(code, `${words.join(' ')}: ${stdout}`).to.equal(75)
    expect(json().error, words.join(' ')).to.include({code: 'home-in-use', exit: 75})
    expect(json().error.message)
      .to.contain('by host web-1')
      .and.match(/since 20\d\d-/)
    expect(json().error.suggestions[0]).to.equal('Run the command there.')
  }

  it('is refused every verb that changes what runs, with the name of the first, and changes nothing', async () => {
    await here.ok('profile:create', 'coder')
    elsewhere()
    const before = snapshot(join(here.home, 'profiles/coder'))
    for (const verb of ['start', 'stop', 'restart']) await refused(`gateway:${verb}`, 'coder')
    await refused('gateway:start', '--all')
    await refused('profile:rename', 'coder', 'writer')
    await refused('profile:delete', 'coder', '--yes')
    await refused('s6', 'boot')
    expect(snapshot(join(here.home, 'profiles/coder'))).to.deep.equal(before)
  })

  it('may read, and is told', async () => {
    await here.ok('gateway:start', 'default')
    elsewhere()
    const status = await here.hermes('gateway:status', 'default')
    expect(status).to.include({code: 0})
    expect(status.stdout).to.contain('supervised elsewhere: by host web-1')
    expect((await here.ok('gateway:list')).gateways[0].warnings.join(',')).to.contain('supervised elsewhere')
    expect((await here.hermes('gateway:list')).stderr).to.contain('supervised elsewhere: by host web-1')
    expect(await here.hermes('gateway:logs', 'default')).to.include({code: 0})
  })

  it('is not healthy: it only stands by', async () => {
    elsewhere()
    const {code, stdout} = await here.hermes('container:health')
    expect(code).to.equal(1)
    expect(stdout).to.match(/^unhealthy: standby: supervised elsewhere: by host web-1/)
    expect(await here.hermes('container:health', '--json').then(({json}) => json())).to.include({supervision: 'elsewhere'})
  })

  it('creates a profile, but no service of it beside those of the first', async () => {
    elsewhere()
    expect(await here.ok('profile:create', 'coder')).to.include({registered: false})
    expect((await here.ok('backend:inspect')).services).not.to.include('coder')
  })

  it('is told also where no service manager is usable', async () => {
    elsewhere()
    const {code, json} = await hermesIn(here.home, NO_SUPERVISOR)('gateway:start', 'default', '--json')
    expect(code).to.equal(75)
    expect(json().error.code).to.equal('home-in-use')
    expect(json().error.message).to.contain('supervised elsewhere: by host web-1')
    expect(json().error.suggestions[0]).to.equal('Run the command there.')
    // It would run beside the ones over there, and nobody would know.
    const run = await hermesIn(here.home, {...NO_SUPERVISOR, HERMES_GATEWAY_SUPERVISE: '1'})('gateway:run')
    expect(run).to.include({code: 75})
    expect(run.stderr).to.contain('supervised elsewhere: by host web-1')
  })

  it('reconciles nothing: no slot, no stale file, no seed, no count, no line in the boot log', async () => {
    const directory = seedProfile(here.home, 'coder', {intent: 'running', stale: true, state: 'starting'})
    elsewhere()
    const scandir = join(here.home, 'second')
    const second = hermesIn(here.home, {HERMES_GATEWAY_BOOTSTRAP_STATE: 'running', HERMES_S6_SCANDIR: scandir})
    const bootLog = () => readFileSync(join(here.home, 'logs/container-boot.log'), 'utf8')
    const before = [snapshot(directory), bootLog()]
    const {code, json} = await second('container:reconcile', '--json')
    expect(code).to.equal(75)
    expect(json().error).to.include({code: 'home-in-use'})
    const dry = await second('container:reconcile', '--dry-run')
    expect(dry).to.include({code: 0})
    expect(dry.stdout).to.contain('profile=coder')
    expect(dry.stderr).to.contain('it would be refused').and.contain('host web-1')
    expect([snapshot(directory), bootLog()]).to.deep.equal(before)
    const files = Object.keys(snapshot(here.home))
    for (const name of ['./second', './gateway_intent.json']) expect(files).not.to.include(name)
  })
})

describe('hermes container:reconcile', () => {
  const here = bootedHome()
  const log = () => readFileSync(join(here.home, 'logs/container-boot.log'), 'utf8')

  it('does nothing when HERMES_RECONCILE is off, but for a dry run that is asked for', async () => {
    seedProfile(here.home, 'coder', {intent: 'running'})
    const before = log()
    const off = hermesIn(here.home, {HERMES_RECONCILE: 'off'})
    const told = 'reconcile is off (HERMES_RECONCILE)'
    expect(await off('container:reconcile')).to.include({code: 0, stdout: told})
    expect((await off('container:reconcile', '--json')).json()).to.deep.equal({actions: [], errors: [], off: true, warnings: [told]})
    expect((await off('container:reconcile', '--dry-run')).stdout).to.contain('profile=coder')
    expect(log()).to.equal(before)
    const doubtful = await hermesIn(here.home, {HERMES_RECONCILE: 'perhaps'})('container:reconcile')
    expect(doubtful.stderr).to.contain('HERMES_RECONCILE is ignored')
    expect(doubtful.stdout).to.contain('profile=coder prior_state=none intent=running action=started')
  })

  it('registers down what the container runs in the foreground, named by flag or by variable', async () => {
    seedProfile(here.home, 'coder', {intent: 'running'})
    const reason = 'runs in the foreground'
    const coder = ({actions}: any) => actions.find(({profile}: {profile: string}) => profile === 'coder')
    expect(coder(await here.ok('container:reconcile', '--foreground', 'coder'))).to.include({
      action: 'registered',
      intent: 'running',
      reason,
    })
    const named = await hermesIn(here.home, {HERMES_FOREGROUND_PROFILE: 'coder'})('container:reconcile', '--json')
    expect(coder(named.json())).to.include({action: 'registered', reason})
    expect(coder(await here.ok('container:reconcile'))).to.include({action: 'started'})
  })
})
