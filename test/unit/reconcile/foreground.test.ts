import {expect} from 'chai'
import {existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'

import {acquireLock} from '#hermes/gateway/lock.js'
import {GATEWAY_STATES} from '#hermes/gateway/state.js'
import {identify} from '#hermes/host/process.js'
import {decide} from '#hermes/reconcile/decide.js'

import {cleanUpDirectories} from '../../support/directories.js'
import {seedProfile} from '../../support/homes.js'
import {reconcilingBench, type Bench} from '../../support/reconciling.js'

cleanUpDirectories()

describe('A profile that the container itself runs in the foreground', () => {
  let bench: Bench

  beforeEach(() => {
    bench = reconcilingBench()
  })

  it('is registered and never started, whatever is wanted and was seen last', () => {
    for (const intent of ['running', 'stopped', undefined] as const) {
      for (const observed of [...GATEWAY_STATES, undefined]) {
        for (const failedBoots of [0, 3]) {
          expect(decide({failedBoots, foreground: true, intent, observed}), `${intent} ${observed}`).to.equal('register')
        }
      }
    }
  })

  it('has its slot, down, and keeps its intent; the others come back', async () => {
    const directory = seedProfile(bench.home, 'coder', {intent: 'running', state: 'running'})
    seedProfile(bench.home, 'writer', {intent: 'running', state: 'running'})
    const intent = readFileSync(join(directory, 'gateway_intent.json'), 'utf8')
    const [coder, writer] = await bench.named({foreground: 'coder'})
    expect(coder).to.include({action: 'registered', change: 'created', intent: 'running', reason: 'runs in the foreground'})
    expect(writer).to.include({action: 'started'}).and.not.have.property('reason')
    expect([bench.state('coder'), bench.state('writer')]).to.deep.equal(['stopped', 'starting'])
    expect(readFileSync(join(directory, 'gateway_intent.json'), 'utf8')).to.equal(intent)
  })

  it('is taken down in a tree that lives, without saying that it is not wanted any more', async () => {
    const directory = seedProfile(bench.home, 'coder', {intent: 'running', state: 'running'})
    bench.recorder.slots.set('coder', {spec: bench.specFor('coder'), state: 'running'})
    const lock = await acquireLock(directory)
    await lock!.describe({...identify(process.pid)!, home: bench.home, profile: 'coder'})
    await bench.run({foreground: 'coder'}).finally(() => lock!.release())
    expect(bench.state('coder')).to.equal('stopped')
    expect(existsSync(join(directory, '.gateway-planned-stop.json'))).to.equal(false)
  })

  it('may be the default one, whose seed is written all the same', async () => {
    const {actions} = await bench.run({bootstrapState: 'running', foreground: 'default'})
    expect(actions[0]).to.include({action: 'registered', intent: 'running', profile: 'default', reason: 'runs in the foreground'})
  })

  it('that is not there is told, and nothing else changes', async () => {
    seedProfile(bench.home, 'coder', {intent: 'running'})
    const {actions, errors, warnings} = await bench.run({foreground: 'nobody'})
    expect(errors).to.deep.equal([])
    expect(warnings.join(',')).to.contain('no profile "nobody"')
    expect(actions.map(({action}) => action)).to.deep.equal(['registered', 'started'])
  })
})
