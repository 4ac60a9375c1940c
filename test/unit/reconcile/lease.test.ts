import {expect} from 'chai'
import {existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs'
import type {FileHandle} from 'node:fs/promises'
import {join} from 'node:path'
import {setTimeout as delay} from 'node:timers/promises'

import {leaseFile, leaseRecordFile, supervisionOf, whereabouts} from '#hermes/gateway/supervision.js'
import {openLockFile, tryLock} from '#hermes/host/lock.js'
import {refusal, withLease} from '#hermes/reconcile/lease.js'

import {cleanUpDirectories, temporaryDirectory} from '../../support/directories.js'
import {failure, snapshot} from '../../support/homes.js'

cleanUpDirectories()

describe('The lease of a home while it is reconciled', () => {
  let home: string
  let scandir: string
  let holding: FileHandle | undefined
  const warnings: string[] = []
  const since = '2026-11-21T00:00:00.000Z'

  beforeEach(() => {
    home = temporaryDirectory()
    scandir = join(home, 'service')
    mkdirSync(scandir)
    warnings.length = 0
  })

  afterEach(async () => {
    await holding?.close()
    holding = undefined
  })

  const leased = (where = scandir, work: () => Promise<unknown> = async () => 'published') =>
    withLease({home, scandir: where, warn: (text) => warnings.push(text)}, work)

  /** As a tree holds it that says this of itself. */
  const hold = async (record: object): Promise<void> => {
    holding = await openLockFile(leaseFile(home), {create: true})
    expect(tryLock(holding)).to.equal(true)
    writeFileSync(leaseRecordFile(home), JSON.stringify({...whereabouts(), scandir, since, ...record}))
  }

  it('is held and named meanwhile where no tree holds it, and nothing of it is left but the file', async () => {
    const seen = await leased(scandir, async () => [await supervisionOf(home), await failure(leased('/elsewhere'))])
    const [supervision, error] = seen as [{by: string; record: object}, Error & {code: string}]
    expect(supervision.record).to.include({scandir, ...whereabouts()})
    expect(error).to.include({code: 'home-in-use'})
    expect(await supervisionOf(home)).to.deep.equal({by: 'nobody'})
    expect(readdirSync(home).sort()).to.deep.equal(['service', 'supervision.lock'])
  })

  it('is given back when the work fails', async () => {
    const error = await failure(leased(scandir, () => Promise.reject(new Error('no'))))
    expect(error.message).to.equal('no')
    expect(await supervisionOf(home)).to.deep.equal({by: 'nobody'})
    expect(existsSync(leaseRecordFile(home))).to.equal(false)
  })

  it('is that of our own tree, by whatever path, and its record stays', async () => {
    await hold({})
    const path = join(temporaryDirectory(), 'link')
    symlinkSync(scandir, path)
    for (const where of [scandir, path]) {
      expect(await refusal({home, scandir: where})).to.equal(undefined)
      expect(await leased(where)).to.equal('published')
    }

    expect(readFileSync(leaseRecordFile(home), 'utf8')).to.contain(since)
  })

  it('is refused, and nothing touched, where anybody else has it', async () => {
    for (const record of [
      {host: 'web-1', pid_namespace: 'pid:[1]'},
      {host: 'web-1', scandir: '/run/service'},
    ]) {
      await hold(record)
      const before = snapshot(home)
      const error = await failure(leased(scandir, () => Promise.reject(new Error('it must not be called'))))
      expect(error).to.include({code: 'home-in-use'})
      expect(error.message).to.contain('host web-1').and.contain(since)
      expect(await refusal({home, scandir})).to.contain('host web-1')
      expect(snapshot(home)).to.deep.equal(before)
      await holding!.close()
    }
  })

  it('waits for somebody who only looks', async () => {
    const looking = await openLockFile(leaseFile(home), {create: true})
    tryLock(looking, {shared: true})
    const asked = leased()
    // Longer than a look takes, much shorter than it waits.
    await delay(60)
    await looking.close()
    expect(await asked).to.equal('published')
  })

  it('is not taken through a link, and says what is in its place', async () => {
    const target = join(temporaryDirectory(), 'target')
    symlinkSync(target, leaseFile(home))
    expect((await failure(leased())).message).to.contain('symbolic link')
    expect(existsSync(target)).to.equal(false)
  })

  it('is had in a home that is not there yet', async () => {
    const made = join(home, 'not', 'yet')
    expect(await withLease({home: made, scandir, warn() {}}, async () => 'published')).to.equal('published')
  })
})
