import {ServiceManagerError} from '@hermes-cli/service-manager'
import {expect} from 'chai'
import {existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {acquireLock} from '#hermes/gateway/lock.js'

import {cleanUpDirectories} from '../../support/directories.js'
import {seedProfile} from '../../support/homes.js'
import {reconcilingBench, type Bench} from '../../support/reconciling.js'

describe('Reconciling a home where things are wrong', () => {
  cleanUpDirectories()
  let home: Bench['home']
  let recorder: Bench['recorder']
  let specFor: Bench['specFor']
  let run: Bench['run']

  beforeEach(() => {
    ;({home, recorder, run, specFor} = reconcilingBench())
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
})
