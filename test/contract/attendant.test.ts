import type {ServiceSpec} from '@hermes-cli/service-manager'
import {attended, parseAttendance, readAttendance, readAttendedLogs, type Attendance} from '@hermes-cli/service-manager/attendant'

import {expect} from 'chai'
import {spawn, type ChildProcess} from 'node:child_process'
import {once} from 'node:events'
import {existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {createHost} from '#hermes/host/host.js'

import {cleanUpDirectories, temporaryDirectory} from '../support/directories.js'
import {alive, familyOf, killAll} from '../support/processes.js'
import {until} from '../support/wait.js'

/** Those of Debian, macOS and Alpine, where they are there. */
const SHELLS = [['/bin/sh'], ['/bin/bash', '--posix'], ['/bin/busybox', 'sh']].filter(([file]) => existsSync(file!))

const READY = 'echo ready >&3'
const STAY = 'while :; do sleep 0.05; done'

let home: string
let directory: string
const attendants: ChildProcess[] = []

cleanUpDirectories()
function specOf(program: string, change: Partial<ServiceSpec> = {}): ServiceSpec {
  return {
    command: ['/bin/sh', '-c', program],
    description: '',
    environment: {},
    home,
    id: 'a',
    logDirectory: 'logs',
    readiness: 'fd',
    stopSeconds: 1,
    workingDirectory: home,
    ...change,
  }
}

function attend(program: string, {change, shell = SHELLS[0]!}: {change?: Partial<ServiceSpec>; shell?: readonly string[]} = {}) {
  const [, ...words] = attended(specOf(program, change), {definition: 'd1', directory})
  const child = spawn(shell[0]!, [...shell.slice(1), ...words], {detached: true, stdio: ['ignore', 'ignore', 'inherit']})
  attendants.push(child)
  return child
}

const ended = async (child: ChildProcess): Promise<number | null> =>
  (child.exitCode ?? child.signalCode === null) ? ((await once(child, 'exit'))[0] as number | null) : null

const say = () => readAttendance(directory)
const running = (): Promise<Attendance & {program: NonNullable<Attendance['program']>}> =>
  until('its program is ready', () => {
    const now = say()
    return now?.ready && now.program && {...now, program: now.program}
  })

const log = () => (existsSync(join(home, 'logs/current')) ? readFileSync(join(home, 'logs/current'), 'utf8') : '')

describe('attendant', () => {
  beforeEach(() => {
    home = temporaryDirectory()
    directory = join(home, 'run/attendants/test/a')
  })

  afterEach(async () => {
    await killAll(attendants.splice(0).flatMap(({pid}) => familyOf(pid!)))
  })

  for (const shell of SHELLS) {
    describe(`under ${shell.join(' ')}`, () => {
      it('says what runs, since when, from which definition', async () => {
        const before = Date.now()
        const child = attend(`${READY}; ${STAY}`, {shell})
        const {attendant, definition, program, since, state} = await running()
        expect(attendant.pid).to.equal(child.pid)
        expect([definition, state]).to.deep.equal(['d1', 'running'])
        expect(familyOf(child.pid!)).to.include(program.pid)
        expect(since!.getTime()).to.be.within(before - 1000, Date.now())
      })

      it('0: leaves nothing but the log, and ends with 0', async () => {
        expect(await ended(attend('echo out; echo err >&2', {shell}))).to.equal(0)
        expect(readdirSync(directory)).to.deep.equal([])
        expect(log()).to.equal('out\nerr\n')
      })

      it('78: says why, and ends with 0', async () => {
        expect(await ended(attend('exit 78', {shell}))).to.equal(0)
        expect(say()).to.include({because: 'exit-78', exitCode: 78, state: 'failed'})
      })

      it('75: again at once', async () => {
        attend(`[ -e again ] && { ${READY}; ${STAY}; }; : >again; exit 75`, {shell})
        const started = Date.now()
        await running()
        expect(Date.now() - started).to.be.below(900)
      })

      it('1: again after a second, and a crash loop is given up', async () => {
        const child = attend('echo life; exit 1', {shell})
        expect((await until('it pauses', () => say()?.state === 'pausing' && say()))?.exitCode).to.equal(1)
        expect(await ended(child)).to.equal(0)
        expect(say()).to.include({because: 'crash-loop', exitCode: 1, state: 'failed'})
        expect(log()).to.equal('life\n'.repeat(5))
      }).timeout(30_000)

      it('passes SIGTERM on once, and ends as the program does', async () => {
        const child = attend(`trap 'echo told; exit 3' TERM; ${READY}; ${STAY}`, {shell})
        await running()
        child.kill('SIGTERM')
        expect(await ended(child)).to.equal(3)
        expect(log()).to.equal('told\n')
        expect(readdirSync(directory)).to.deep.equal([])
      })

      it('ends a stubborn program at its deadline and not before', async () => {
        const child = attend(`trap '' TERM; ${READY}; ${STAY}`, {shell})
        const {program} = await running()
        const asked = Date.now()
        child.kill('SIGTERM')
        await until('it says so', () => say()?.state === 'stopping')
        await ended(child)
        expect(Date.now() - asked).to.be.within(950, 4000)
        expect(alive(program.pid)).to.equal(false)
      })

      it('ends while it pauses', async () => {
        const child = attend('exit 1', {shell})
        await until('it pauses', () => say()?.state === 'pausing')
        child.kill('SIGTERM')
        expect(await ended(child)).to.equal(1)
      })

      it('passes SIGUSR1 on', async () => {
        const child = attend(`trap 'exit 78' USR1; ${READY}; ${STAY}`, {shell})
        await running()
        child.kill('SIGUSR1')
        expect(await ended(child)).to.equal(0)
        expect(say()).to.include({because: 'exit-78'})
      })
    })
  }

  describe('the program', () => {
    it('gets its words, variables and directory as they are, and no more', async () => {
      const hostile = ` two  words'"\\$HOME \`id\`\n\nä☃\n`
      const place = join(home, 'a=b')
      mkdirSync(place)
      symlinkSync('/bin/sh', join(place, 'sh'))
      const change = {
        command: [
          join(place, 'sh'),
          '-c',
          'printf "%s|%s|%s|%s|%s" "$A" "$1" "$PWD" "$HERMES_NOTIFY_FD" "$dir$logs$grace"',
          'x',
          hostile,
        ] as const,
        environment: {A: hostile},
        readiness: 'none' as const,
        workingDirectory: place,
      }
      process.env.HERMES_NOTIFY_FD = '9'
      try {
        await ended(attend('', {change}))
      } finally {
        delete process.env.HERMES_NOTIFY_FD
      }

      expect(log()).to.equal(`${hostile}|${hostile}|${place}||`)
    })

    it('that cannot be run is a crash', async () => {
      const child = attend('', {change: {command: ['/nonexistent/program']}})
      expect((await until('it pauses', () => say()?.state === 'pausing' && say()))?.exitCode).to.equal(127)
      child.kill('SIGTERM')
      await ended(child)
    })

    it('never runs twice for one directory: the second attendant waits for the first', async () => {
      const first = attend(`${READY}; ${STAY}`)
      const {program} = await running()
      const second = attend(`${READY}; ${STAY}`)
      const third = attend(`${READY}; ${STAY}`)
      await until('both wait', () => [second, third].every(({pid}) => familyOf(pid!).length > 1))
      expect(say()!.program!.pid).to.equal(program.pid)
      first.kill('SIGTERM')
      await ended(first)
      await until('one of them took over', () => [second.pid, third.pid].includes(say()?.attendant.pid) && say()?.ready)
      const [one, other] = say()!.attendant.pid === second.pid ? [second, third] : [third, second]
      one.kill('SIGTERM')
      await until('then the other', () => say()?.attendant.pid === other.pid)
    })

    it('of an attendant that was killed is ended before another one starts, and a stranger under its pid is not', async () => {
      const first = attend(`trap '' TERM; ${READY}; ${STAY}`)
      const {program} = await running()
      await killAll([first.pid!])
      const stranger = spawn('/bin/sleep', ['60'])
      try {
        const second = attend(`${READY}; ${STAY}`)
        await until('the second one runs', () => say()?.attendant.pid === second.pid && say()?.ready)
        expect(alive(program.pid)).to.equal(false)
        await killAll([second.pid!, say()!.program!.pid])
        const text = readFileSync(join(directory, 'state'), 'utf8')
        writeFileSync(join(directory, 'state'), text.replace(/^program \d+/m, `program ${stranger.pid}`))
        const third = attend(`${READY}; ${STAY}`)
        await until('the third one runs', () => say()?.attendant.pid === third.pid && say()?.ready)
        expect(alive(stranger.pid!)).to.equal(true)
      } finally {
        stranger.kill('SIGKILL')
      }
    })
  })

  describe('logs', () => {
    const host = () => createHost({environment: {}, home})
    const LINE = 'a line of some length that is easy to tell: '
    const lines = async (count: number): Promise<string[]> => {
      const found: string[] = []
      for await (const line of readAttendedLogs(host(), join(home, 'logs'), {follow: false, lines: count})) found.push(line)
      return found
    }

    it('are rotated while the program runs, and lose no line', async () => {
      const total = 150_000
      attend(`i=0; while [ $i -lt ${total} ]; do i=$((i+1)); echo "${LINE}$i"; done; ${READY}; ${STAY}`)
      await until('all is written', async () => (await lines(1)).at(-1) === `${LINE}${total}`, 60_000)
      const files = readdirSync(join(home, 'logs'))
      expect(files.length).to.be.greaterThan(3)
      for (const file of files) expect(statSync(join(home, 'logs', file)).size, file).to.be.below(2_200_000)
      const found = await lines(total)
      expect(found.length).to.equal(total)
      expect(found.every((line, index) => line === `${LINE}${index + 1}`)).to.equal(true)
    }).timeout(90_000)

    it('have a limit, whatever the program writes', async () => {
      const line = 'x'.repeat(1000)
      attend(`i=0; while [ $i -lt 30000 ]; do i=$((i+1)); echo ${line}; done; echo last; ${READY}; ${STAY}`)
      await until('all is written', async () => (await lines(1)).at(-1) === 'last', 60_000)
      const sizes = readdirSync(join(home, 'logs')).map((file) => statSync(join(home, 'logs', file)).size)
      expect(sizes.length).to.equal(10)
      expect(sizes.reduce((sum, size) => sum + size, 0)).to.be.below(22_000_000)
    }).timeout(90_000)

    it('go on when whatever writes them is killed, and so does the program', async () => {
      const child = attend(`${READY}; i=0; while :; do i=$((i+1)); echo "line $i"; sleep 0.01; done`)
      const {program} = await running()
      for (let round = 0; round < 3; round++) {
        await until('something was written', () => log().includes('line'))
        const loggers = familyOf(child.pid!).filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('dd\0'))
        expect(loggers.length).to.equal(1)
        process.kill(loggers[0]!, 'SIGKILL')
        const size = log().length
        await until('more is written', () => log().length > size)
      }

      // The shell around it, too.
      const keeper = familyOf(child.pid!).find(
        (pid) => pid !== child.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(directory),
      )
      process.kill(keeper!, 'SIGKILL')
      const size = log().length
      await until('more is written', () => log().length > size)
      expect(say()!.program!.pid).to.equal(program.pid)
    })

    it('that cannot be written hold up nobody', async () => {
      writeFileSync(join(home, 'logs'), 'no directory')
      attend(`i=0; while [ $i -lt 3000 ]; do i=$((i+1)); echo "${'y'.repeat(100)}"; done; ${READY}; ${STAY}`)
      await running()
    })

    it('are followed across rotations', async () => {
      attend(
        `${READY}; while [ ! -e go ]; do sleep 0.02; done; i=0; while [ $i -lt 60000 ]; do i=$((i+1)); echo "${LINE}$i"; done; ${STAY}`,
      )
      await running()
      const abort = new AbortController()
      const seen: string[] = []
      const following = (async () => {
        for await (const line of readAttendedLogs(host(), join(home, 'logs'), {follow: true, lines: 0, signal: abort.signal}))
          seen.push(line)
      })()
      writeFileSync(join(home, 'go'), '')
      await until('the last line came', () => seen.at(-1) === `${LINE}60000`, 60_000)
      abort.abort()
      await following
      expect(readdirSync(join(home, 'logs')).length).to.be.greaterThan(1)
      expect(
        seen.every((line, index) => line === `${LINE}${index + 1}`),
        'every line, in order',
      ).to.equal(true)
      expect(seen.length).to.equal(60_000)
    }).timeout(90_000)
  })

  describe('its state is hostile input', () => {
    const sound = 'attendant 10 boot.5\ndefinition d1\nrun 1\nprogram 11 Sat Nov 21 06:42:07 2026\nsince 5\nstate running\n'

    it('is read as it is written', () => {
      expect(parseAttendance(sound, true)).to.deep.equal({
        attendant: {born: 'boot.5', pid: 10},
        definition: 'd1',
        program: {born: 'Sat Nov 21 06:42:07 2026', pid: 11},
        ready: true,
        since: new Date(5000),
        state: 'running',
      })
    })

    it('has the start to the millisecond where the file of it may be believed', () => {
      const since = (begun: number) => parseAttendance(sound, false, new Date(begun))!.since!.getTime()
      expect([since(5321), since(4999), since(9000)]).to.deep.equal([5321, 5000, 5000])
    })

    it('is nothing where it is anything else', () => {
      for (const text of [
        '',
        '\0'.repeat(100),
        '{}',
        sound.replace('10 ', '1 '),
        sound.replace('10 ', '-5 '),
        sound.replace('10 ', '1e3 '),
        sound.replace('running', 'sleeping'),
        sound.replace('d1', '$(id)'),
        sound.replace('attendant', 'other'),
      ])
        expect(parseAttendance(text), JSON.stringify(text)).to.equal(undefined)
      expect(parseAttendance(sound.replace('11 ', '0 '))).to.not.have.property('program')
      expect(parseAttendance(`${sound}because rm -rf\nexit 999\n`)).to.not.have.any.keys('because', 'exitCode')
    })

    it('is nothing where a link, a directory, a FIFO or a large file is in its place', () => {
      mkdirSync(directory, {recursive: true})
      const state = join(directory, 'state')
      writeFileSync(join(home, 'elsewhere'), sound)
      symlinkSync(join(home, 'elsewhere'), state)
      expect(say()).to.equal(undefined)
      const other = join(home, 'other')
      mkdirSync(join(other, 'state'), {recursive: true})
      expect(readAttendance(other)).to.equal(undefined)
      const large = join(home, 'large')
      mkdirSync(large)
      writeFileSync(join(large, 'state'), sound + 'x'.repeat(5000))
      expect(readAttendance(large)).to.equal(undefined)
    })
  })
})
