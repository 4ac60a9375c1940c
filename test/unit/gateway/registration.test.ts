import {ServiceManagerError, type ServiceSpec} from '@hermes-cli/service-manager'
import {expect} from 'chai'
import {existsSync, renameSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {acquireLock} from '#hermes/gateway/lock.js'
import {moveRegistration} from '#hermes/gateway/moving.js'
import {register, unregister, unregisterLate} from '#hermes/gateway/registration.js'
import {gatewaySpec} from '#hermes/gateway/spec.js'
import {bootId, identify} from '#hermes/host/process.js'

import {cleanUpDirectories, temporaryDirectory} from '../../support/directories.js'
import {failure, seedProfile} from '../../support/homes.js'
import {recordingManager, type RecordingManager} from '../../support/recording-manager.js'

describe('The service of a profile', () => {
  cleanUpDirectories()
  let home: string
  let recorder: RecordingManager
  let warnings: string[]

  beforeEach(() => {
    home = temporaryDirectory()
    recorder = recordingManager()
    warnings = []
    seedProfile(home, 'coder')
  })

  const specFor = async (profile: string): Promise<ServiceSpec> =>
    gatewaySpec({home, launcher: {hermes: '/usr/bin/hermes', node: '/usr/bin/node'}, profile})
  const selectionOf = ({manager}: RecordingManager, label = 'recorder') =>
    ({backend: {supports: {}}, label, manager, scope: 'user'}) as never
  const rename = async (): Promise<void> => renameSync(join(home, 'profiles/coder'), join(home, 'profiles/senior'))
  const move = (how: () => Promise<void> = rename, to = 'senior', manager = recorder) =>
    moveRegistration({home, specFor, usable: [selectionOf(manager)], warn: (text) => warnings.push(text)}, 'coder', to, how)
  const slots = (): Record<string, string> => Object.fromEntries([...recorder.slots].map(([id, {state}]) => [id, state]))
  const give = async (state: 'failed' | 'running' | 'starting' | 'stopped'): Promise<void> => {
    recorder.slots.set('coder', {spec: await specFor('coder'), state})
  }

  /** Holds the gateway's lock as a gateway in a terminal does. */
  const foreground = async () => {
    const lock = (await acquireLock(join(home, 'profiles/coder')))!
    await lock.describe({...identify(process.pid)!, bootId: bootId(), home, profile: 'coder'})
    return lock
  }

  const backend = (runtimeRegistration: boolean) =>
    ({backend: {supports: {runtimeRegistration}}, label: 'recorder', manager: recorder.manager}) as never

  describe('of a new one', () => {
    it('is registered down, and never over one that is there already', async () => {
      expect(await register(backend(true), 'coder', specFor)).to.equal(true)
      expect(recorder.requests[0]!.options).to.deep.equal({exclusive: true, start: false})
    })

    it('is left to gateway:start where the manager takes none at run time, and where there is no manager', async () => {
      expect(await register(backend(false), 'coder', specFor)).to.equal(false)
      expect(await register(undefined, 'coder', specFor)).to.equal(false)
      expect(recorder.calls).to.deep.equal([])
    })
  })

  describe('of a deleted one', () => {
    it('is removed from every usable manager, and those that had it are named', async () => {
      await give('running')
      const other = recordingManager()
      const usable = [backend(true), {...(backend(true) as object), label: 'other', manager: other.manager} as never]
      expect(await unregister(usable, home, 'coder', specFor)).to.deep.equal(['recorder'])
      expect(slots()).to.deep.equal({})
      expect(other.calls).to.include('uninstall coder')
    })
  })

  describe('on several managers or scopes', () => {
    let other: RecordingManager
    const foreign = new ServiceManagerError('not-owned', 'it belongs to another home')
    const both = () => [selectionOf(recorder), selectionOf(other, 'other')]
    const moveBoth = (how: () => Promise<void> = rename) =>
      moveRegistration({home, specFor, usable: both(), warn: (text) => warnings.push(text)}, 'coder', 'senior', how)

    beforeEach(() => {
      other = recordingManager()
    })

    it('is moved where it is, and nowhere else', async () => {
      other.slots.set('coder', {spec: await specFor('coder'), state: 'running'})
      expect(await moveBoth()).to.deep.equal({registered: true, restarted: true})
      expect(slots()).to.deep.equal({})
      expect([...other.slots].map(([id, {state}]) => [id, state])).to.deep.equal([['senior', 'starting']])
    })

    it('is moved on each that has it, and only one brings it up', async () => {
      await give('stopped')
      other.slots.set('coder', {spec: await specFor('coder'), state: 'running'})
      await moveBoth()
      expect(slots()).to.deep.equal({senior: 'stopped'})
      expect([...other.slots].map(([id, {state}]) => [id, state])).to.deep.equal([['senior', 'starting']])
    })

    it('stays disabled where it was', async () => {
      await give('stopped')
      recorder.disabled.add('coder')
      await moveBoth()
      expect(recorder.requests.map(({options}) => options)).to.deep.equal([{enable: false, start: false}])
    })

    it('is put back on each when one of them cannot remove it', async () => {
      await give('running')
      other.slots.set('coder', {spec: await specFor('coder'), state: 'stopped'})
      other.failing.set('uninstall coder', new ServiceManagerError('permission', 'only root may'))
      expect((await failure(moveBoth())).message).to.equal('only root may')
      expect(slots()).to.deep.equal({coder: 'starting'})
      expect([...other.slots.keys()]).to.deep.equal(['coder'])
      expect(existsSync(join(home, 'profiles/coder'))).to.equal(true)
    })

    it('is registered on the second though the first does not take it', async () => {
      await give('stopped')
      other.slots.set('coder', {spec: await specFor('coder'), state: 'stopped'})
      recorder.failing.set('install senior', new ServiceManagerError('timeout', 'nobody answers'))
      expect((await failure(moveBoth())).message).to.equal('nobody answers')
      expect([...other.slots.keys()]).to.deep.equal(['senior'])
    })

    it('of another home under that name blocks neither a rename nor a deletion', async () => {
      await give('stopped')
      for (const verb of ['status', 'uninstall']) other.failing.set(`${verb} coder`, foreign)
      expect(await moveBoth(async () => {})).to.deep.equal({registered: true, restarted: false})
      expect(await unregister(both(), home, 'coder', specFor)).to.deep.equal([])
      await unregisterLate(both(), 'coder')
      expect(slots()).to.deep.equal({senior: 'stopped'})
    })
  })

  describe('of a renamed one', () => {
    it('is registered under the new name, up when it was up or about to be', async () => {
      for (const [before, after] of [
        ['running', 'starting'],
        ['starting', 'starting'],
        ['stopped', 'stopped'],
        ['failed', 'stopped'],
      ] as const) {
        recorder.slots.clear()
        await give(before)
        const restarted = after === 'starting'
        expect(await move(async () => {}), before).to.deep.equal({registered: true, restarted})
        expect(slots(), before).to.deep.equal({senior: after})
      }
    })

    it('that was not registered is not registered afterwards', async () => {
      expect(await move()).to.deep.equal({registered: false, restarted: false})
      expect(slots()).to.deep.equal({})
      expect(existsSync(join(home, 'profiles/senior'))).to.equal(true)
    })

    it('moves its directory where no manager is', async () => {
      const moved = await moveRegistration({home, specFor, usable: [], warn() {}}, 'coder', 'senior', rename)
      expect(moved).to.deep.equal({registered: false, restarted: false})
      expect(existsSync(join(home, 'profiles/senior'))).to.equal(true)
    })

    it('to the name it has is left as it is', async () => {
      await give('running')
      await move(async () => {}, 'coder')
      expect(slots()).to.deep.equal({coder: 'running'})
      expect(recorder.calls).to.not.include('uninstall coder')
    })

    it('is put back, up, when the directory cannot be moved', async () => {
      await give('running')
      const error = await failure(move(() => Promise.reject(new Error('no room'))))
      expect(error.message).to.equal('no room')
      expect(slots()).to.deep.equal({coder: 'starting'})
      expect(warnings).to.deep.equal([])
    })

    it('tells why the move failed also when the service cannot be put back, and that it could not', async () => {
      await give('running')
      recorder.failing.set('install coder', new ServiceManagerError('timeout', 'nobody takes it up'))
      expect((await failure(move(() => Promise.reject(new Error('no room'))))).message).to.equal('no room')
      expect(warnings.join(',')).to.match(/"coder" could not be put back.*nobody takes it up/)
    })

    it('is refused while it runs in the foreground, registered or not, with a manager or without', async () => {
      const lock = await foreground()
      try {
        expect(await failure(move())).to.include({code: 'profile-running'})
        expect(await failure(moveRegistration({home, specFor, usable: [], warn() {}}, 'coder', 'senior', rename))).to.include({
          code: 'profile-running',
        })
        await give('stopped')
        expect((await failure(move())).message).to.include(`pid ${process.pid}`)
        expect(slots()).to.deep.equal({coder: 'stopped'})
        expect(existsSync(join(home, 'profiles/coder'))).to.equal(true)
      } finally {
        await lock.release()
      }
    })

    it('is refused while a process that cannot be seen holds its lock', async () => {
      const lock = await foreground()
      try {
        writeFileSync(join(home, 'profiles/coder/gateway.lock'), '')
        expect((await failure(move())).message).to.include('cannot be seen from here')
      } finally {
        await lock.release()
      }
    })
  })
})
