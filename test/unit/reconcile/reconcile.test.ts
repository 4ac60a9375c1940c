import {ServiceManagerError, type ServiceSpec} from '@hermes-cli/service-manager'
import {expect} from 'chai'
import {existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {acquireLock} from '#hermes/gateway/lock.js'
import {gatewaySpec} from '#hermes/gateway/spec.js'
import {reconcile, type Reconciling} from '#hermes/reconcile/reconcile.js'

import {cleanUpDirectories, temporaryDirectory} from '../../support/directories.js'
import {seedProfile, snapshot} from '../../support/homes.js'
import {recordingManager, type RecordingManager} from '../../support/recording-manager.js'

const launcher = {hermes: '/usr/bin/hermes', node: '/usr/bin/node'}

describe('Reconciling a home', () => {
  cleanUpDirectories()
  let home: string
  let recorder: RecordingManager

  beforeEach(() => {
    home = temporaryDirectory()
    recorder = recordingManager()
  })

  const specFor = (profile: string): ServiceSpec => gatewaySpec({home, launcher, profile})
  const run = (options: Partial<Reconciling> = {}) => reconcile({boot: 'boot-1', home, manager: recorder.manager, specFor, ...options})
  const named = async (options: Partial<Reconciling> = {}) => (await run(options)).actions.filter(({profile}) => profile !== 'default')
  const state = (id: string): string | undefined => recorder.slots.get(id)?.state

  it('starts who was running', async () => {
    seedProfile(home, 'coder', {state: 'running'})
    expect(await named()).to.deep.equal([{action: 'started', change: 'created', intent: 'none', prior_state: 'running', profile: 'coder'}])
    expect(state('coder')).to.equal('starting')
  })

  it('only registers who was stopped, had failed, was starting, or never ran', async () => {
    for (const [name, last] of Object.entries({a: 'stopped', b: 'startup_failed', c: 'starting', d: undefined, e: 'unheard-of'})) {
      seedProfile(home, name, last ? {state: last} : {})
      const [action] = await named()
      expect(action, name).to.include({action: 'registered', profile: name, prior_state: last === 'unheard-of' ? null : (last ?? null)})
      expect(state(name), name).to.equal('stopped')
      rmSync(join(home, 'profiles', name), {recursive: true})
    }
  })

  it('goes by the intent and not by what was seen last', async () => {
    seedProfile(home, 'up', {intent: 'running', state: 'stopped'})
    seedProfile(home, 'down', {intent: 'stopped', state: 'running'})
    expect((await named()).map(({action, intent, profile}) => [profile, intent, action])).to.deep.equal([
      ['down', 'stopped', 'registered'],
      ['up', 'running', 'started'],
    ])
  })

  it('reads the intent that the Python project kept inside the state', async () => {
    const directory = seedProfile(home, 'legacy')
    writeFileSync(join(directory, 'gateway_state.json'), '{"gateway_state": "stopped", "desired_state": "running"}')
    expect((await named())[0]).to.include({action: 'started', intent: 'running', prior_state: 'stopped'})
  })

  it('takes every unreadable state for none, says so, and goes on', async () => {
    const junk: Record<string, (path: string) => void> = {
      array: (path) => writeFileSync(path, '["running"]'),
      binary: (path) => writeFileSync(path, Buffer.from([0xff, 0x00])),
      directory: (path) => mkdirSync(path),
      large: (path) => writeFileSync(path, `{"gateway_state":"running","x":"${'x'.repeat(1_100_000)}"}`),
      link: (path) => symlinkSync('/etc/hostname', path),
      truncated: (path) => writeFileSync(path, '{"gateway_state": "runni'),
    }
    for (const [name, make] of Object.entries(junk)) make(join(seedProfile(home, name), 'gateway_state.json'))
    const {actions, errors, warnings} = await run()
    expect(actions.map(({action, prior_state}) => [action, prior_state])).to.deep.equal(Array.from({length: 7}, () => ['registered', null]))
    for (const name of Object.keys(junk)) expect(warnings.join('\n')).to.include(`profiles/${name}/gateway_state.json`)
    expect(errors).to.deep.equal([])
  })

  it('registers the default slot also in an empty home and in one that is not there', async () => {
    expect((await run()).actions).to.deep.equal([
      {action: 'registered', change: 'created', intent: 'none', prior_state: null, profile: 'default'},
    ])
    expect(recorder.requests[0]!.spec.command).to.deep.equal(['/usr/bin/hermes', 'gateway', 'run'])
    expect((await run({home: join(home, 'not/there')})).errors).to.deep.equal([])
  })

  it('treats the default profile by the same table', async () => {
    for (const [last, action] of [
      ['running', 'started'],
      ['stopped', 'registered'],
      ['startup_failed', 'registered'],
    ] as const) {
      seedProfile(home, 'default', {state: last})
      expect((await run()).actions[0], last).to.include({action, prior_state: last, profile: 'default'})
    }
  })

  it('answers with default first, then in byte order', async () => {
    for (const name of ['z-last', 'a_', 'a-first', '0']) seedProfile(home, name, {state: 'stopped'})
    seedProfile(home, 'Bad', {state: 'running'})
    expect((await run()).actions.map(({profile}) => profile)).to.deep.equal(['default', '0', 'Bad', 'a-first', 'a_', 'z-last'])
  })

  it('leaves out what has no SOUL.md, and profiles/default/ with a warning', async () => {
    seedProfile(home, 'stray', {soul: false, state: 'running'})
    seedProfile(home, '../profiles/default', {state: 'running'})
    const {actions, errors, warnings} = await run()
    expect(actions.map(({profile}) => profile)).to.deep.equal(['default'])
    expect(actions[0]!.action).to.equal('registered')
    expect(warnings.join(',')).to.include('profiles/default/')
    expect(errors).to.deep.equal([])
  })

  it('names a bad profile, publishes no slot for it, and all the others', async () => {
    for (const name of ['BadName', 'new\nline profile=x', 'dot.ted']) seedProfile(home, name, {state: 'running'})
    seedProfile(home, 'good', {state: 'running'})
    const {actions, errors} = await run()
    expect(actions.filter(({action}) => action === 'skipped').map(({profile}) => profile)).to.deep.equal([
      'BadName',
      'dot.ted',
      'new\nline profile=x',
    ])
    expect(errors.map(({profile}) => profile).sort()).to.deep.equal(['BadName', 'dot.ted', 'new\nline profile=x'])
    expect([...recorder.slots.keys()]).to.deep.equal(['default', 'good'])
    expect(readFileSync(join(home, 'logs/container-boot.log'), 'utf8').trimEnd().split('\n')).to.have.length(5)
  })

  it('publishes the default slot also when profiles/ cannot be read', async () => {
    writeFileSync(join(home, 'profiles'), 'a file')
    const {actions, errors} = await run()
    expect(actions.map(({action, profile}) => [profile, action])).to.deep.equal([['default', 'registered']])
    expect(errors[0]).to.include({code: 'storage', profile: 'profiles/'})
  })

  it('lets one failure fail one profile: in its definition, at its installation, of its verb', async () => {
    for (const name of ['a', 'b', 'c', 'd']) seedProfile(home, name, {intent: 'running'})
    recorder.failing.set('install b', new ServiceManagerError('command-failed', 'no space left'))
    recorder.slots.set('c', {spec: specFor('c'), state: 'stopped'})
    recorder.failing.set('start c', new ServiceManagerError('timeout', 'not ready'))
    const {actions, errors} = await run({
      specFor(profile) {
        if (profile === 'a') throw new Error('odd config')
        return specFor(profile)
      },
    })
    expect(actions.map(({action, profile, reason}) => [profile, action, reason])).to.deep.equal([
      ['default', 'registered', undefined],
      ['a', 'failed', 'odd config'],
      ['b', 'failed', 'no space left'],
      ['c', 'failed', 'not ready'],
      ['d', 'started', undefined],
    ])
    expect(errors.map(({code, profile}) => [profile, code])).to.deep.equal([
      ['a', 'unavailable'],
      ['b', 'command-failed'],
      ['c', 'timeout'],
    ])
    expect(readFileSync(join(home, 'logs/container-boot.log'), 'utf8')).to.match(/profile=b .* action=failed reason="no space left"/)
  })

  it('goes on when the manager cannot list, and fails every profile when it can install none', async () => {
    seedProfile(home, 'coder', {intent: 'running'})
    recorder.failing.set('list ', new Error('no scandir'))
    const {actions, warnings} = await run()
    expect(actions[1]).to.include({action: 'started', profile: 'coder'})
    expect(warnings.join(',')).to.include('no scandir')
    const broken = {...recorder.manager, installMany: () => Promise.reject(new Error('gone'))}
    expect((await run({manager: broken})).actions.map(({action}) => action)).to.deep.equal(['failed', 'failed'])
    const silent = {...recorder.manager, installMany: async () => []}
    expect((await run({manager: silent})).errors).to.have.length(2)
  })

  it('removes gateway.pid and processes.json of an earlier life, for default too', async () => {
    for (const name of ['default', 'coder']) seedProfile(home, name, {stale: true, state: 'running'})
    await run()
    for (const path of ['', 'profiles/coder/']) {
      for (const file of ['gateway.pid', 'processes.json']) expect(existsSync(join(home, path, file)), path + file).to.equal(false)
    }
  })

  it('leaves them while a gateway lives there', async () => {
    const directory = seedProfile(home, 'coder', {stale: true, state: 'running'})
    const lock = await acquireLock(directory)
    await run()
    expect(existsSync(join(directory, 'gateway.pid'))).to.equal(true)
    await lock!.release()
    await run()
    expect(existsSync(join(directory, 'gateway.pid'))).to.equal(false)
  })

  it('removes a symlink in their place and not its target, and never a directory', async () => {
    const directory = seedProfile(home, 'coder')
    const target = join(home, 'precious')
    writeFileSync(target, 'x')
    symlinkSync(target, join(directory, 'gateway.pid'))
    mkdirSync(join(directory, 'processes.json'))
    const {actions, warnings} = await run()
    expect(existsSync(target)).to.equal(true)
    expect(existsSync(join(directory, 'gateway.pid'))).to.equal(false)
    expect(existsSync(join(directory, 'processes.json'))).to.equal(true)
    expect(warnings.join(',')).to.include('processes.json could not be removed')
    expect(actions.every(({action}) => action === 'registered')).to.equal(true)
  })

  it('brings an existing slot to the intent, and waits for none that is up already', async () => {
    const before = {down: 'running', 'down-too': 'starting', gone: 'failed', up: 'running', want: 'stopped'} as const
    for (const [name, now] of Object.entries(before)) recorder.slots.set(name, {spec: specFor(name), state: now})
    for (const name of ['down', 'down-too']) seedProfile(home, name, {intent: 'stopped'})
    for (const name of ['gone', 'up', 'want']) seedProfile(home, name, {intent: 'running'})
    await run()
    expect(recorder.calls.filter((call) => /^(?:start|stop|restart|uninstall)/.test(call)).sort()).to.deep.equal([
      'start gone',
      'start want',
      'stop down',
      'stop down-too',
    ])
  })

  it('leaves a live slot that nobody spoke about alone', async () => {
    recorder.slots.set('coder', {spec: specFor('coder'), state: 'running'})
    seedProfile(home, 'coder', {state: 'stopped'})
    expect((await named())[0]).to.include({action: 'registered', change: 'unchanged'})
    expect(state('coder')).to.equal('running')
  })

  it('is a fixed point: the second time changes no slot and touches no profile', async () => {
    for (const name of ['a', 'b']) seedProfile(home, name, {intent: 'running', state: 'running'})
    await run()
    for (const slot of recorder.slots.values()) if (slot.state === 'starting') slot.state = 'running'
    const before = snapshot(join(home, 'profiles'))
    recorder.calls.length = 0
    expect((await run()).actions.map(({change}) => change)).to.deep.equal(['unchanged', 'unchanged', 'unchanged'])
    expect(recorder.calls.filter((call) => /^(?:start|stop|restart)/.test(call))).to.deep.equal([])
    expect(snapshot(join(home, 'profiles'))).to.deep.equal(before)
  })

  it('changes nothing in a dry run, calls nothing but list, and answers the same', async () => {
    seedProfile(home, 'coder', {intent: 'running', stale: true, state: 'starting'})
    seedProfile(home, 'Bad', {state: 'running'})
    seedProfile(home, 'default', {stale: true})
    const before = snapshot(home)
    const dry = await run({
      bootstrapState: 'running',
      dryRun: true,
      specFor() {
        throw new Error('called')
      },
    })
    expect(snapshot(home)).to.deep.equal(before)
    expect(recorder.calls).to.deep.equal(['list '])
    const real = await run({bootstrapState: 'running'})
    expect(real.actions.map(({change: _, ...action}) => action)).to.deep.equal(dry.actions)
    expect(real.errors).to.deep.equal(dry.errors)
  })

  describe('a gateway that never gets beyond starting', () => {
    const boot = async (number: number) => {
      recorder.slots.clear()
      return (await named({boot: `boot-${number}`}))[0]!
    }

    it('is tried at two boots and left down at the third, until it got further', async () => {
      const directory = seedProfile(home, 'coder', {intent: 'running', state: 'starting'})
      expect((await boot(1)).action).to.equal('started')
      expect((await boot(2)).action).to.equal('started')
      expect(await boot(3)).to.include({action: 'registered', reason: 'not started: it was still starting at 3 boots in a row'})
      expect((await boot(4)).action).to.equal('registered')
      seedProfile(home, 'coder', {state: 'running'})
      expect((await boot(5)).action).to.equal('started')
      expect(existsSync(join(directory, 'gateway_boot.json'))).to.equal(false)
      seedProfile(home, 'coder', {state: 'starting'})
      expect((await boot(6)).action).to.equal('started')
    })

    it('is counted once a boot: not by a second reconcile over a live tree, not by a dry run', async () => {
      const directory = seedProfile(home, 'coder', {intent: 'running', state: 'starting'})
      const count = () => JSON.parse(readFileSync(join(directory, 'gateway_boot.json'), 'utf8')).starting_in_a_row
      await boot(1)
      for (let again = 0; again < 5; again++) expect((await named({boot: 'boot-1'}))[0]!.action).to.equal('started')
      await named({boot: 'boot-2', dryRun: true})
      expect(count()).to.equal(1)
    })

    it('is counted at the next boot also where the slots of the last one are still there', async () => {
      seedProfile(home, 'coder', {intent: 'running', state: 'starting'})
      for (const number of [1, 2]) expect((await named({boot: `boot-${number}`}))[0]!.action).to.equal('started')
      expect((await named({boot: 'boot-3'}))[0]!.action).to.equal('registered')
    })

    it('is counted within one boot too when the whole tree was made anew', async () => {
      seedProfile(home, 'coder', {intent: 'running', state: 'starting'})
      const verdicts = []
      for (let tree = 0; tree < 3; tree++) {
        recorder.slots.clear()
        verdicts.push((await named())[0]!.action)
      }

      expect(verdicts).to.deep.equal(['started', 'started', 'registered'])
    })

    it('has a count that may be rubbish without harm', async () => {
      const directory = seedProfile(home, 'coder', {intent: 'running', state: 'starting'})
      for (const text of ['', '[]', '{"starting_in_a_row": -1, "boot": ""}', '{"starting_in_a_row": "9", "boot": "x"}']) {
        writeFileSync(join(directory, 'gateway_boot.json'), text)
        recorder.slots.clear()
        const {actions, warnings} = await run()
        expect(actions[1], text).to.include({action: 'started'})
        expect(warnings.join(','), text).to.include('gateway_boot.json')
      }
    })
  })

  describe('for the first time, asked to run by the environment', () => {
    const intent = (): string => readFileSync(join(home, 'gateway_intent.json'), 'utf8')

    it('starts the default gateway, and writes that down', async () => {
      const {actions} = await run({bootstrapState: 'running'})
      expect(actions[0]).to.include({action: 'started', intent: 'running'})
      expect(JSON.parse(intent())).to.include({by: 'bootstrap', desired_state: 'running'})
    })

    it('makes a blank home for it', async () => {
      const blank = join(home, 'blank')
      expect((await run({bootstrapState: 'running', home: blank})).actions[0]).to.include({action: 'started'})
    })

    it('never overrules what is there: a state, an intent, a symlink, not even a broken one', async () => {
      const present: Array<() => void> = [
        () => seedProfile(home, 'default', {state: 'stopped'}),
        () => seedProfile(home, 'default', {intent: 'stopped'}),
        () => writeFileSync(join(home, 'gateway_intent.json'), 'rubbish'),
        () => symlinkSync('/nowhere', join(home, 'gateway_state.json')),
      ]
      for (const make of present) {
        make()
        expect((await run({bootstrapState: 'running'})).actions[0]).to.include({action: 'registered'})
        for (const file of ['gateway_state.json', 'gateway_intent.json']) rmSync(join(home, file), {force: true})
      }
    })

    it('ignores every other value with a warning', async () => {
      for (const value of ['RUNNING', ' running', 'stopped', '1', 'x'.repeat(9999)]) {
        const {actions, warnings} = await run({bootstrapState: value})
        expect(actions[0]).to.include({action: 'registered'})
        expect(warnings.join(',')).to.match(/HERMES_GATEWAY_BOOTSTRAP_STATE is ignored/)
      }

      expect((await run({bootstrapState: ''})).warnings).to.deep.equal([])
    })
  })
})
