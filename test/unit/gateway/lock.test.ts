import {expect} from 'chai'
import {execFileSync} from 'node:child_process'
import {mkdirSync} from 'node:fs'
import {join} from 'node:path'

import {acquireLock, probeLock, settledLock} from '#hermes/gateway/lock.js'
import {identify} from '#hermes/host/process.js'
import {openLockFile, tryLock} from '#hermes/host/lock.js'
import {cleanUpDirectories, temporaryDirectory} from '../../support/directories.js'
import {failure} from '../../support/homes.js'

cleanUpDirectories()

describe('asking who holds the gateway lock', () => {
  it('takes nobody for a gateway who only asks too', async () => {
    const directory = temporaryDirectory()
    const asking = await openLockFile(join(directory, 'gateway.lock'), {create: true})
    expect(tryLock(asking, {shared: true})).to.equal(true)
    expect(await probeLock(directory)).to.deep.equal({held: false})
    await asking.close()
  })

  it('names the holder once it has said who it is, and waits for that', async () => {
    const directory = temporaryDirectory()
    expect(await settledLock(directory)).to.deep.equal({held: false})
    const lock = await acquireLock(directory)
    expect(await acquireLock(directory)).to.equal(undefined)
    expect(await probeLock(directory)).to.deep.equal({held: true})
    const asked = settledLock(directory)
    const holder = {...identify(process.pid)!, home: directory, profile: 'coder'}
    await lock!.describe(holder)
    expect(await asked).to.deep.equal({held: true, holder})
    await lock!.release()
    expect(await probeLock(directory)).to.deep.equal({held: false})
  })

  it('takes what is no file in its place for nobody, and never for a lock', async () => {
    for (const make of [(path: string) => execFileSync('mkfifo', [path]), (path: string) => mkdirSync(path)]) {
      const directory = temporaryDirectory()
      make(join(directory, 'gateway.lock'))
      expect(await probeLock(directory)).to.deep.equal({held: false})
      expect((await failure(acquireLock(directory))).code).to.be.oneOf(['ELOOP', 'EISDIR'])
    }
  })

  it('takes the record of a dead process for nobody', async () => {
    const directory = temporaryDirectory()
    const lock = await acquireLock(directory)
    await lock!.describe({bootId: 'another boot', home: directory, pid: process.pid, profile: 'coder', startTime: 1})
    expect(await settledLock(directory)).to.deep.equal({held: true})
    await lock!.release()
  })
})
