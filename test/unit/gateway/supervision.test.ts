import {supervisionRecord, supervisorName, type SupervisionRecord} from '@hermes-cli/service-manager'
import {expect} from 'chai'
import {execFileSync} from 'node:child_process'
import {mkdirSync, symlinkSync, truncateSync, writeFileSync} from 'node:fs'
import type {FileHandle} from 'node:fs/promises'
import {join} from 'node:path'
import {setTimeout as delay} from 'node:timers/promises'

import {checkSupervision, leaseFile, leaseRecordFile, supervisionOf, whereabouts} from '#hermes/gateway/supervision.js'
import {openLockFile, tryLock} from '#hermes/host/lock.js'

import {cleanUpDirectories, temporaryDirectory} from '../../support/directories.js'
import {failure} from '../../support/homes.js'

cleanUpDirectories()

const here = (): SupervisionRecord => ({...whereabouts(), scandir: '/run/service', since: '2026-11-21T00:00:00.000Z'})
const OTHERS: ReadonlyArray<Partial<SupervisionRecord>> = [
  {pid_namespace: 'pid:[1]'},
  {pid_namespace: null},
  {boot_id: 'another boot'},
  {boot_id: ''},
]

describe('the record of who supervises a home', () => {
  const good = here()

  it('is read as it was written, and what is beside it dropped', () => {
    expect(supervisionRecord(JSON.stringify({...good, more: 1}))).to.deep.equal(good)
    expect(supervisionRecord(JSON.stringify({...good, boot_id: '', pid_namespace: null}))).to.include({boot_id: '', pid_namespace: null})
  })

  it('is nobody when it is cut off, of another kind, too large, or made to deceive whoever reads the message', () => {
    const bad = [
      {host: ''},
      {host: 5},
      {host: 'a\nb'},
      {host: 'a\u001B[2Jb'},
      {host: 'a\u202Eb'},
      {host: 'x'.repeat(5000)},
      {scandir: undefined},
      {boot_id: null},
      {boot_id: 'a\0'},
      {pid_namespace: undefined},
      {pid_namespace: ['pid']},
      {since: 'yesterday'},
      {since: 5},
    ]
    const texts = [undefined, '', 'null', '[]', '5', '"x"', JSON.stringify(good).slice(0, -2), ' '.repeat(20_000) + JSON.stringify(good)]
    for (const text of [...texts, ...bad.map((more) => JSON.stringify({...good, ...more}))])
      expect(supervisionRecord(text), text).to.equal(undefined)
    expect(supervisorName(undefined)).to.contain('another supervisor')
  })
})

describe('who supervises a home', () => {
  let home: string
  let handle: FileHandle | undefined

  beforeEach(() => {
    home = temporaryDirectory()
  })

  afterEach(async () => {
    await handle?.close()
    handle = undefined
  })

  const hold = async (): Promise<void> => {
    handle = await openLockFile(leaseFile(home), {create: true})
    expect(tryLock(handle)).to.equal(true)
  }

  const write = (record: unknown): void => writeFileSync(leaseRecordFile(home), JSON.stringify(record))

  it('is nobody where nothing is locked, whatever the record says', async () => {
    expect(await supervisionOf(home)).to.deep.equal({by: 'nobody'})
    write(here())
    expect(await supervisionOf(home)).to.deep.equal({by: 'nobody'})
    await hold()
    await handle!.close()
    handle = undefined
    expect(await supervisionOf(home)).to.deep.equal({by: 'nobody'})
  })

  it('is nobody where something else is in the place of the lock', async () => {
    for (const make of [
      (path: string) => mkdirSync(path),
      (path: string) => execFileSync('mkfifo', [path]),
      (path: string) => symlinkSync('/dev/null', path),
    ]) {
      const other = temporaryDirectory()
      make(leaseFile(other))
      expect(await supervisionOf(other)).to.deep.equal({by: 'nobody'})
    }
  })

  it('is a tree that can be seen from here by boot and process namespace, not by the name of the host', async () => {
    await hold()
    write({...here(), host: 'another-name'})
    expect(await supervisionOf(home)).to.deep.include({by: 'here'})
    await checkSupervision(home)
  })

  it('is elsewhere in another boot or namespace, and named with since when', async () => {
    await hold()
    for (const more of OTHERS) {
      const record = {...here(), host: 'web-1', ...more}
      write(record)
      expect(await supervisionOf(home), JSON.stringify(more)).to.deep.equal({by: 'elsewhere', record})
    }

    const error = await failure(checkSupervision(home))
    expect(error).to.include({code: 'home-in-use'})
    expect(error.message).to.contain('host web-1').and.contain('since 2026-11-21T00:00:00.000Z').and.contain('/run/service')
  })

  it('is elsewhere, without a name, where the record is none', async () => {
    await hold()
    const makes = [() => {}, () => writeFileSync(leaseRecordFile(home), ''), () => truncateSync(leaseRecordFile(home), 50_000_000)]
    for (const make of makes) {
      make()
      expect(await supervisionOf(home)).to.deep.equal({by: 'elsewhere', record: undefined})
    }

    const elsewhere = join(temporaryDirectory(), 'record')
    writeFileSync(elsewhere, JSON.stringify(here()))
    execFileSync('ln', ['-sf', elsewhere, leaseRecordFile(home)])
    expect(await supervisionOf(home)).to.deep.equal({by: 'elsewhere', record: undefined})
  })

  it('is given time to say it: it has the lock before it writes', async () => {
    await hold()
    const asked = supervisionOf(home)
    // Longer than a look takes, much shorter than it waits.
    await delay(60)
    write(here())
    expect(await asked).to.deep.include({by: 'here'})
  })
})
