import {Attendant} from '@hermes-cli/backend-windows/dist/attend/attendant.js'
import {LogFile, lineSplitter, logFiles, ROTATE} from '@hermes-cli/backend-windows/dist/attend/log-file.js'
import {environmentFor} from '@hermes-cli/backend-windows/dist/attend/program.js'
import {judge} from '@hermes-cli/backend-windows/dist/attend/rules.js'
import {statusFrom, type Sight} from '@hermes-cli/backend-windows/dist/observe.js'
import {parseState, type State} from '@hermes-cli/backend-windows/dist/state.js'

import type {ServiceSpec} from '@hermes-cli/service-manager'

import {expect} from 'chai'
import {existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {cleanUpDirectories, temporaryDirectory} from '../../../support/directories.js'

cleanUpDirectories()

describe('windows: the exit codes', () => {
  const verdict = (code: number | null, starts: number, signal: string | null = null) =>
    judge(
      {code, signal},
      Array.from({length: starts}, () => 1_000_000),
      1_000_000,
    )

  it('0 is done, 78 has failed, 75 is again at once, the rest again after a delay that grows', () => {
    expect(verdict(0, 1)).to.deep.equal({is: 'done'})
    expect(verdict(0, 9)).to.deep.equal({is: 'done'})
    expect(verdict(78, 1)).to.include({is: 'failed'})
    expect(verdict(75, 1)).to.deep.equal({after: 0, is: 'again'})
    expect([1, 2, 3, 4].map((starts) => verdict(1, starts))).to.deep.equal(
      [1000, 1500, 2250, 3375].map((time) => ({after: time, is: 'again'})),
    )
    expect(verdict(null, 1, 'SIGKILL')).to.deep.equal({after: 1000, is: 'again'})
  })

  it('the fifth start within a minute is the last, also with 75; older ones do not count', () => {
    expect(verdict(1, 5)).to.deep.equal({
      because: 'it was started 5 times within 60 seconds and was given up; the last time it exited with 1',
      is: 'failed',
    })
    expect(verdict(75, 5)).to.include({is: 'failed'})
    expect(judge({code: 1, signal: null}, [0, 0, 0, 0, 60_001], 60_001)).to.deep.equal({after: 1000, is: 'again'})
  })

  it('a code of Windows itself is named as it is known', () => {
    expect(verdict(0xc0_00_01_3a, 5)).to.have.property('because').that.includes('exited with 0xC000013A')
  })
})

describe('windows: the environment of a program', () => {
  it('is that of the session, then that of its spec in any case of names, and the stop file', () => {
    const environment = environmentFor(
      {Path: String.raw`C:\Windows`, TEMP: String.raw`C:\t`, unset: undefined},
      {environment: {PATH: 'x'}},
      String.raw`C:\s\stop.1`,
    )
    expect(environment).to.deep.equal({HERMES_STOP_FILE: String.raw`C:\s\stop.1`, PATH: 'x', TEMP: String.raw`C:\t`})
  })
})

describe('windows: log files', () => {
  it('rotate, and keep so many', () => {
    const directory = join(temporaryDirectory(), 'logs', 'a')
    const log = new LogFile(directory, 20)
    for (let index = 0; index < 40; index++) log.write(`line ${String(index).padStart(2, '0')}`)
    log.close()
    const files = logFiles(directory)
    expect(files).to.have.length(ROTATE.keep + 1)
    const text = [...files]
      .reverse()
      .map((path) => readFileSync(path, 'utf8'))
      .join('')
    expect(text.trim().split('\n').at(-1)).to.equal('line 39')
    expect(text.trim().split('\n')).to.have.length(16)
    expect(existsSync(`${files.at(-1)!.slice(0, -1)}6`)).to.equal(false)
  })

  it('go on where they were, and are never written through a link', () => {
    const directory = temporaryDirectory()
    const [file] = logFiles(directory)
    writeFileSync(file!, 'before\n')
    const log = new LogFile(directory)
    log.write('after')
    log.close()
    expect(readFileSync(file!, 'utf8')).to.equal('before\nafter\n')
    const other = join(temporaryDirectory(), 'victim')
    writeFileSync(other, '')
    const linked = join(directory, 'linked')
    mkdirSync(linked)
    symlinkSync(other, logFiles(linked)[0]!)
    new LogFile(linked).write('x')
    expect(readFileSync(other, 'utf8')).to.equal('')
  })

  it('have whole lines and whole characters, however they come', () => {
    const lines: string[] = []
    const splitter = lineSplitter((line) => lines.push(line))
    const data = Buffer.from('é\r\nzwei\n\nlast')
    for (const byte of data) splitter.push(Buffer.from([byte]))
    splitter.end()
    expect(lines).to.deep.equal(['é', 'zwei', '', 'last'])
    splitter.push(Buffer.alloc(70_000, 'x'))
    expect(lines.at(-1), 'a line without an end is cut').to.have.length(70_000)
  })
})

describe('windows: one attendant', () => {
  const attend = async (program: string, home = temporaryDirectory()) => {
    const spec: ServiceSpec = {
      command: [process.execPath, '-e', program],
      description: '',
      environment: {},
      home,
      id: 'a',
      logDirectory: 'logs',
      readiness: 'none',
      stopSeconds: 1,
      workingDirectory: home,
    }
    await new Attendant(home, {autostart: 'task', spec, taskkill: '/bin/true'}).attend()
    return readFileSync(logFiles(join(home, 'logs'))[0]!, 'utf8')
  }

  it('has the last words of a program, also those that come after its end', async () => {
    const later = 'require("node:child_process").spawn("/bin/sh", ["-c", "sleep 0.2; echo last"], {stdio: "inherit"}).unref()'
    expect(await attend(`console.log("first"); ${later}; process.exit(78)`)).to.equal('first\nlast\n')
  })

  it('does not wait for those of who holds the pipe after it', async () => {
    const began = Date.now()
    const left = 'require("node:child_process").spawn("/bin/sleep", ["4"], {stdio: "inherit"}).unref()'
    expect(await attend(`console.log("out"); ${left}; process.exit(0)`)).to.equal('out\n')
    expect(Date.now() - began).to.be.below(3500)
  })

  it('goes on where it cannot record how things are', async () => {
    const home = temporaryDirectory()
    mkdirSync(join(home, 'state.json'))
    const log = await attend('console.log("ran")', home)
    expect(log).to.match(/^ran$/m)
    expect(log).to.match(/^hermes: could not record that it is starting: /m)
  })
})

const STATE: State = {
  attendant: 10,
  attendantSince: 1000,
  definition: 'd',
  phase: 'running',
  pid: 11,
  since: 2000,
  token: '0123456789abcdef',
}

describe('windows: state files', () => {
  it('are read whole', () => expect(parseState(JSON.stringify(STATE))).to.deep.equal(STATE))

  for (const bad of [undefined, '', '{', 'null', '[]', '1'])
    it(`are none: ${bad}`, () => {
      expect(parseState(bad)).to.equal(undefined)
    })

  for (const change of [
    {phase: 'up'},
    {token: '../../x'},
    {token: 7},
    {pid: -1},
    {pid: '1'},
    {attendant: 1.5},
    {attendantSince: undefined},
    {because: {}},
    {definition: 1},
  ])
    it(`are none with ${JSON.stringify(change)}`, () => {
      expect(parseState(JSON.stringify({...STATE, ...change}))).to.equal(undefined)
    })
})

describe('windows: status', () => {
  const claim = (state: number) => ({
    enabled: true,
    id: 'a',
    is: 'ours' as const,
    task: {name: 'n', record: {} as never, result: 0, state, xml: ''},
  })
  const status = (sight: Partial<Sight>, task = 4) => statusFrom(claim(task), {attended: true, state: STATE, ...sight}, undefined)

  it('is what the attendant says while it lives', () => {
    expect(status({})).to.deep.equal({enabled: true, pid: 11, ready: null, since: new Date(2000), state: 'running'})
    expect(status({state: {...STATE, phase: 'starting'}})).to.deep.equal({enabled: true, pid: 11, since: new Date(2000), state: 'starting'})
    expect(status({state: undefined})).to.deep.equal({enabled: true, state: 'starting'})
  })

  it('is not what a dead one said: only a failure stays', () => {
    expect(status({attended: false}, 3)).to.deep.equal({enabled: true, state: 'stopped'})
    const failed = {...STATE, because: 'it exited with 78', exitCode: 78, phase: 'failed' as const}
    expect(status({attended: false, state: failed}, 3)).to.deep.equal({
      because: 'it exited with 78',
      enabled: true,
      exitCode: 78,
      state: 'failed',
    })
  })

  it('is starting while the Task Scheduler has it queued or its launcher runs', () => {
    for (const task of [2, 4]) expect(status({attended: false}, task).state).to.equal('starting')
    expect(status({state: {...STATE, phase: 'stopped'}}, 4).state, 'the attendant and its launcher are going').to.equal('stopped')
  })
})
