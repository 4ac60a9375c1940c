import {expect} from 'chai'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'

import {acquireLock} from '#hermes/gateway/lock.js'
import {identify} from '#hermes/host/process.js'

import {cleanUpDirectories} from '../../support/directories.js'
import {seedProfile, snapshot} from '../../support/homes.js'
import {reconcilingBench, type Bench} from '../../support/reconciling.js'

describe('Reconciling a tree that lives already', () => {
  cleanUpDirectories()
  let home: Bench['home']
  let recorder: Bench['recorder']
  let specFor: Bench['specFor']
  let run: Bench['run']
  let named: Bench['named']
  let state: Bench['state']

  beforeEach(() => {
    ;({home, named, recorder, run, specFor, state} = reconcilingBench())
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

  it('leaves the marker of a planned stop for a gateway that is to be down', async () => {
    const directory = seedProfile(home, 'coder', {intent: 'stopped', state: 'running'})
    recorder.slots.set('coder', {spec: specFor('coder'), state: 'running'})
    const lock = (await acquireLock(directory))!
    try {
      await lock.describe({...identify(process.pid)!, home, profile: 'coder'})
      await run()
    } finally {
      await lock.release()
    }

    const marker = JSON.parse(readFileSync(join(directory, '.gateway-planned-stop.json'), 'utf8'))
    expect(marker).to.include({target_pid: process.pid})
    expect(state('coder')).to.equal('stopped')
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
})
