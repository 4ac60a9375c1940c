import {expect} from 'chai'
import {rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {cleanUpDirectories} from '../../support/directories.js'
import {seedProfile} from '../../support/homes.js'
import {reconcilingBench, type Bench} from '../../support/reconciling.js'

describe('Reconciling a home', () => {
  cleanUpDirectories()
  let home: Bench['home']
  let recorder: Bench['recorder']
  let run: Bench['run']
  let named: Bench['named']
  let state: Bench['state']

  beforeEach(() => {
    ;({home, named, recorder, run, state} = reconcilingBench())
  })

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
})
