import type {ServiceSpec} from '@hermes-cli/service-manager'
import {expect} from 'chai'
import {join} from 'node:path'

import {restart, start, type Control} from '#hermes/gateway/control.js'
import {acquireLock, type GatewayLock, type LockHolder} from '#hermes/gateway/lock.js'
import {moveRegistration} from '#hermes/gateway/moving.js'
import {gatewaySpec} from '#hermes/gateway/spec.js'
import {identify} from '#hermes/host/process.js'

import {cleanUpDirectories, temporaryDirectory} from '../../support/directories.js'
import {failure, seedProfile} from '../../support/homes.js'
import {recordingManager, type RecordingManager} from '../../support/recording-manager.js'
import {until} from '../../support/wait.js'

cleanUpDirectories()

const self = identify(process.pid)!

describe('a verb while the service manager and the process do not agree yet', () => {
  let home: string
  let recorder: RecordingManager
  let lock: GatewayLock | undefined

  beforeEach(() => {
    home = temporaryDirectory()
    recorder = recordingManager()
    seedProfile(home, 'coder')
  })

  afterEach(async () => lock?.release())

  const specFor = async (profile: string): Promise<ServiceSpec> =>
    gatewaySpec({home, launcher: {hermes: '/usr/bin/hermes', node: '/usr/bin/node'}, profile})
  const control = (): Control => ({async checkConfig() {}, home, manager: recorder.manager, specFor})
  const looks = () => recorder.calls.filter((call) => call === 'status coder').length

  /** A gateway, as another test process would be one: alive, with the lock, and with this supervisor. */
  const holds = async (more: Partial<LockHolder>): Promise<void> => {
    const directory = join(home, 'profiles/coder')
    lock = (await acquireLock(directory))!
    await lock.describe({...self, home, profile: 'coder', ...more})
  }

  const ends = async (): Promise<void> => {
    await lock!.release()
    lock = undefined
  }

  for (const [name, verb] of Object.entries({restart, start})) {
    it(`${name} waits for a process whose service has just been removed, and does not call it a foreground run`, async () => {
      await holds({supervisor: self})
      const outcome = verb(control(), 'coder')
      await Promise.race([until('it looks again', () => looks() > 1), outcome])
      expect(recorder.calls).not.to.include('install coder')
      await ends()
      expect((await outcome).action).to.equal('started')
    })
  }

  it('start takes one for started that was brought up between the two looks', async () => {
    recorder.slots.set('coder', {spec: await specFor('coder'), state: 'stopped'})
    await holds({supervisor: self})
    const outcome = start(control(), 'coder')
    await Promise.race([until('it looks again', () => looks() > 1), outcome])
    recorder.slots.get('coder')!.state = 'running'
    expect((await outcome).action).to.equal('already-running')
  })

  it('a move goes on with one that was brought up between the two looks', async () => {
    recorder.slots.set('coder', {spec: await specFor('coder'), state: 'stopped'})
    await holds({supervisor: self})
    const usable = [{backend: {supports: {}}, label: 'recorder', manager: recorder.manager, scope: 'user'} as never]
    const outcome = moveRegistration({home, specFor, usable, warn() {}}, 'coder', 'senior', async () => {})
    await Promise.race([until('it looks again', () => looks() > 1), outcome])
    recorder.slots.get('coder')!.state = 'running'
    expect(await outcome).to.deep.equal({registered: true, restarted: true})
  })

  it('one that goes on under its living supervisor runs under another manager or scope', async () => {
    await holds({supervisor: self})
    const error = await failure(start(control(), 'coder'))
    expect(error).to.include({code: 'already-running'})
    expect(error.message).to.match(/already runs under another service manager or scope, as pid \d+$/)
  })

  it('one without a supervisor, or whose supervisor is dead, runs outside the service manager: at once', async () => {
    for (const more of [{}, {supervisor: {...self, startTime: self.startTime + 1}}]) {
      await holds(more)
      expect(await failure(start(control(), 'coder'))).to.include({code: 'already-running'})
      await ends()
    }

    expect(looks()).to.equal(2)
  })
})
