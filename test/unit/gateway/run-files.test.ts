import {expect} from 'chai'
import {execFileSync} from 'node:child_process'
import {chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {isPlannedFor, MARKER_SECONDS, takePlannedStop, writePlannedStop} from '#hermes/gateway/planned-stop.js'
import {readEnvFile, workingDirectory} from '#hermes/gateway/run/environment.js'
import {removePidFile, writePidFile} from '#hermes/gateway/run/pid-file.js'
import {keepRecord} from '#hermes/gateway/run/record.js'
import {readState, type GatewayState} from '#hermes/gateway/state.js'

import {cleanUpDirectories, temporaryDirectory} from '../../support/directories.js'

const self = {bootId: 'b', pid: 77, startTime: 5}

/** The message of what a promise was rejected with. */
const refusal = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'not refused',
    (error: Error) => error.message,
  )

describe('reading gateway_state.json', () => {
  cleanUpDirectories()
  let directory: string
  let path: string

  beforeEach(() => {
    directory = temporaryDirectory()
    path = join(directory, 'gateway_state.json')
  })

  it('takes a missing file for no state, without a warning', async () => {
    expect(await readState(directory)).to.deep.equal({value: undefined})
  })

  const hostile: Array<[string, () => void]> = [
    ['an empty file', () => writeFileSync(path, '')],
    ['a truncated file', () => writeFileSync(path, '{"gateway_state": "runn')],
    ['an array', () => writeFileSync(path, '["running"]')],
    ['a bare word', () => writeFileSync(path, '"running"')],
    ['null', () => writeFileSync(path, 'null')],
    ['bytes that are no UTF-8', () => writeFileSync(path, Buffer.from([0x7b, 0xff, 0xfe, 0x7d]))],
    ['two megabytes', () => writeFileSync(path, Buffer.alloc(2_000_000, 0x20))],
    ['a directory', () => mkdirSync(path)],
    ['a FIFO', () => execFileSync('mkfifo', [path])],
    ['an unknown state', () => writeFileSync(path, '{"gateway_state": "excellent"}')],
    [
      'a symbolic link',
      () => {
        writeFileSync(join(directory, 'real'), '{"gateway_state": "running"}')
        symlinkSync(join(directory, 'real'), path)
      },
    ],
  ]
  for (const [what, make] of hostile) {
    it(`takes ${what} for no state, with a warning`, async () => {
      make()
      const found = await readState(directory)
      expect(found.value).to.equal(undefined)
      expect(found.warning).to.include('gateway_state.json')
    })
  }

  it('drops fields of the wrong type and keeps the rest', async () => {
    writeFileSync(path, '{"gateway_state": "running", "pid": "7", "failures": 1.5, "exit_reason": 3, "port": 9300}')
    expect((await readState(directory)).value).to.deep.equal({gateway_state: 'running', port: 9300})
  })

  it('reads a home of the Python project, byte-order mark and foreign fields included', async () => {
    writeFileSync(path, '\uFEFF{"gateway_state": "draining", "desired_state": "stopped", "platforms": {}, "updated_at": 5}')
    expect((await readState(directory)).value).to.deep.equal({desired_state: 'stopped', gateway_state: 'draining'})
  })
})

describe('writing gateway_state.json', () => {
  cleanUpDirectories()

  it('puts the last word last, however slow the writes before it were', async () => {
    const written: string[] = []
    const slowFirst = async (_: string, state: GatewayState) => {
      await new Promise((resolve) => {
        setTimeout(resolve, state.gateway_state === 'starting' ? 30 : 0)
      })
      written.push(state.gateway_state)
    }

    const record = keepRecord('/nowhere', self, {}, slowFirst)
    record.set('starting')
    record.set('running')
    record.set('draining')
    await record.written()
    expect(written).to.deep.equal(['starting', 'running', 'draining'])
  })

  it('goes on when the disk refuses, and writes again once it can', async () => {
    const directory = temporaryDirectory()
    let full = true
    const record = keepRecord(directory, self, {}, async (where, state) => {
      if (full) throw Object.assign(new Error('no'), {code: 'ENOSPC'})
      writeFileSync(join(where, 'gateway_state.json'), JSON.stringify(state))
    })
    record.set('starting')
    await record.written()
    full = false
    record.set('running', {port: 9300})
    await record.written()
    expect((await readState(directory)).value).to.include({gateway_state: 'running', pid: 77, port: 9300, start_time: 5})
  })

  it('keeps `since` while the state stays the same', async () => {
    const record = keepRecord(temporaryDirectory(), self, {})
    record.set('running')
    const {since} = record.current()
    await new Promise((resolve) => {
      setTimeout(resolve, 5)
    })
    record.set('running', {child_pid: 4})
    expect(record.current()).to.include({child_pid: 4, since})
    record.set('draining', {child_pid: undefined})
    expect(record.current().since).to.not.equal(since)
    expect(record.current()).to.not.have.property('child_pid')
    await record.written()
  })
})

describe('the marker of a planned stop', () => {
  cleanUpDirectories()
  const now = new Date('2026-01-01T00:00:00Z')
  const marker = {stopper_pid: 1, target_pid: 77, target_start_time: 5, written_at: now.toISOString()}
  const later = (seconds: number) => new Date(now.getTime() + seconds * 1000)
  const table: Array<[string, boolean, boolean]> = [
    ['a fresh one', isPlannedFor(marker, self, later(1)), true],
    ['one at its last second', isPlannedFor(marker, self, later(MARKER_SECONDS)), true],
    ['an expired one', isPlannedFor(marker, self, later(MARKER_SECONDS + 1)), false],
    ['one from the future', isPlannedFor(marker, self, later(-5)), false],
    ['one for another pid', isPlannedFor({...marker, target_pid: 78}, self, now), false],
    ['one for an earlier process of the same pid', isPlannedFor({...marker, target_start_time: 4}, self, now), false],
    ['one without a time', isPlannedFor({...marker, written_at: undefined}, self, now), false],
    ['one whose pid is text', isPlannedFor({...marker, target_pid: '77'}, self, now), false],
  ]
  for (const [what, seen, valid] of table) it(`${what} is ${valid ? '' : 'not '}valid`, () => expect(seen).to.equal(valid))

  it('is used up, valid or not', async () => {
    const directory = temporaryDirectory()
    const path = join(directory, '.gateway-planned-stop.json')
    await writePlannedStop(directory, self)
    expect(await takePlannedStop(directory, self)).to.equal(true)
    expect(await takePlannedStop(directory, self)).to.equal(false)
    writeFileSync(path, '{broken')
    expect(await takePlannedStop(directory, self)).to.equal(false)
    expect(existsSync(path)).to.equal(false)
  })
})

describe('env_file and working_directory', () => {
  cleanUpDirectories()

  it('reads .env when there is one', async () => {
    const directory = temporaryDirectory()
    expect(await readEnvFile(directory, {})).to.deep.equal({})
    writeFileSync(join(directory, '.env'), '# comment\nTOKEN="a b"\nexport OTHER=1\n', {mode: 0o600})
    expect(await readEnvFile(directory, {})).to.include({OTHER: '1', TOKEN: 'a b'})
  })

  it('refuses a named file that is missing, a directory or no text', async () => {
    const directory = temporaryDirectory()
    expect(await refusal(readEnvFile(directory, {env_file: 'secrets'}))).to.include('does not exist')
    expect(await refusal(readEnvFile(directory, {env_file: '.'}))).to.include('not a regular file')
    writeFileSync(join(directory, 'secrets'), Buffer.from([0xff]))
    expect(await refusal(readEnvFile(directory, {env_file: 'secrets'}))).to.include('not UTF-8')
  })

  it('follows a link: mounted secrets are links', async () => {
    const directory = temporaryDirectory()
    writeFileSync(join(directory, 'real'), 'A=1\n')
    chmodSync(join(directory, 'real'), 0o600)
    symlinkSync('real', join(directory, 'secrets'))
    expect(await readEnvFile(directory, {env_file: 'secrets'})).to.deep.equal({A: '1'})
  })

  it('refuses a working directory that is missing or a file', async () => {
    const directory = temporaryDirectory()
    writeFileSync(join(directory, 'file'), '')
    expect(await refusal(workingDirectory(directory, {working_directory: 'none'}))).to.include('does not exist')
    expect(await refusal(workingDirectory(directory, {working_directory: 'file'}))).to.include('is no directory')
    expect(await workingDirectory(directory, {working_directory: '.'})).to.equal(directory)
  })
})

describe('gateway.pid', () => {
  cleanUpDirectories()

  it('names this process, and is removed only while it still does', async () => {
    const directory = temporaryDirectory()
    const path = join(directory, 'gateway.pid')
    await writePidFile(directory, self, '/h', 'coder')
    const record = {hermes_home: '/h', kind: 'hermes-gateway', pid: 77, profile: 'coder', start_time: 5}
    expect(JSON.parse(readFileSync(path, 'utf8'))).to.deep.equal(record)
    await removePidFile(directory, {...self, startTime: 6})
    expect(existsSync(path)).to.equal(true)
    await removePidFile(directory, self)
    expect(existsSync(path)).to.equal(false)
  })
})
