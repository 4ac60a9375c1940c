import {expect} from 'chai'
import {existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {renderReconcile} from '#hermes/cli/render/reconcile.js'
import {appendBootLog, bootLogLine, rotateBytes} from '#hermes/reconcile/boot-log.js'
import type {ReconcileAction} from '#hermes/reconcile/plan.js'

import {cleanUpDirectories, temporaryDirectory} from '../../support/directories.js'

const now = new Date('2026-01-02T03:04:05.678Z')
const action: ReconcileAction = {action: 'started', intent: 'running', prior_state: 'draining', profile: 'coder'}
const LINE = '2026-01-02T03:04:05.678Z profile=coder prior_state=draining intent=running action=started\n'

describe('The boot log', () => {
  cleanUpDirectories()
  let home: string
  let log: string

  beforeEach(() => {
    home = temporaryDirectory()
    log = join(home, 'logs/container-boot.log')
    mkdirSync(join(home, 'logs'))
  })

  it('has one line per profile in a fixed form', () => {
    expect(bootLogLine(action, now)).to.equal(LINE)
    const other: ReconcileAction = {action: 'failed', intent: 'none', prior_state: null, profile: 'b', reason: 'no "space"\nleft'}
    expect(bootLogLine(other, now)).to.equal(
      `2026-01-02T03:04:05.678Z profile=b prior_state=none intent=none action=failed reason="no 'space' left"\n`,
    )
  })

  it('cannot be forged by the name of a directory or a message', () => {
    const evil = 'x\n2026 profile=coder\r\u001B[2J\u0085\u2028\u2029action=started "q'
    const line = bootLogLine({...action, action: 'skipped', profile: evil, reason: evil.repeat(100)}, now)
    expect(line.trimEnd()).to.not.match(/[\p{C}\u2028\u2029]/u)
    expect(line).to.match(/ profile="x 2026 profile=coder .*" prior_state=draining intent=running action=skipped reason="[^"]*"\n$/)
    expect(line.length).to.be.below(1000)
    const told = renderReconcile({actions: [{...action, action: 'skipped', profile: evil}], errors: [], warnings: []})
    expect(told).to.match(/^reconcile: profile="x 2026 profile=coder [^\p{C}]*$/u)
  })

  it('is made with its directory, for the owner only, and appended to', async () => {
    const fresh = join(home, 'fresh')
    expect(await appendBootLog(fresh, [action, action], now)).to.deep.equal([])
    await appendBootLog(fresh, [action], now)
    const path = join(fresh, 'logs/container-boot.log')
    expect(readFileSync(path, 'utf8')).to.equal(LINE.repeat(3))
    expect(statSync(path).mode & 0o777).to.equal(0o600)
    expect(existsSync(`${path}.1`)).to.equal(false)
  })

  it('is put aside when it has reached the limit, not a byte before; one generation is kept', async () => {
    writeFileSync(`${log}.1`, 'older')
    writeFileSync(log, 'x'.repeat(99))
    await appendBootLog(home, [action], now, 100)
    expect(readFileSync(log, 'utf8')).to.equal('x'.repeat(99) + LINE)
    expect(readFileSync(`${log}.1`, 'utf8')).to.equal('older')
    writeFileSync(log, 'y'.repeat(100))
    await appendBootLog(home, [action], now, 100)
    expect(readFileSync(log, 'utf8')).to.equal(LINE)
    expect(readFileSync(`${log}.1`, 'utf8')).to.equal('y'.repeat(100))
  })

  it('has its limit at 256 KiB', async () => {
    expect(rotateBytes(undefined)).to.deep.equal({bytes: 262_144})
    writeFileSync(log, 'x'.repeat(262_143))
    await appendBootLog(home, [action], now)
    expect(existsSync(`${log}.1`)).to.equal(false)
    await appendBootLog(home, [action], now)
    expect(existsSync(`${log}.1`)).to.equal(true)
  })

  it('has the limit of the environment when that is a number', () => {
    expect(rotateBytes('200')).to.deep.equal({bytes: 200})
    for (const value of ['0', '-1', '1.5', '1e3', ' 200', '200k', 'x', '9'.repeat(30)]) {
      const {bytes, warning} = rotateBytes(value)
      expect(bytes, value).to.equal(262_144)
      expect(warning, value).to.match(/HERMES_BOOT_LOG_ROTATE_BYTES/)
    }
  })

  it('is not written through a symlink, nor into what is no file; that is a warning', async () => {
    const target = join(home, 'target')
    writeFileSync(target, 'precious')
    symlinkSync(target, log)
    expect((await appendBootLog(home, [action], now, 1)).join(',')).to.match(/container-boot\.log could not be written: .*symbolic link/)
    expect(readFileSync(target, 'utf8')).to.equal('precious')
    const other = temporaryDirectory()
    mkdirSync(join(other, 'logs/container-boot.log'), {recursive: true})
    expect(await appendBootLog(other, [action], now)).to.have.length(1)
    const third = temporaryDirectory()
    writeFileSync(join(third, 'logs'), '')
    expect(await appendBootLog(third, [action], now)).to.have.length(1)
  })

  it('is still written when it cannot be put aside', async () => {
    mkdirSync(join(`${log}.1`, 'x'), {recursive: true})
    writeFileSync(log, 'x'.repeat(10))
    expect((await appendBootLog(home, [action], now, 10)).join(',')).to.match(/could not be rotated/)
    expect(readFileSync(log, 'utf8')).to.equal('x'.repeat(10) + LINE)
  })
})
