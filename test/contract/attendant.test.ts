import {parseAttendance, readAttendance} from '@hermes-cli/service-manager/attendant'

import {expect} from 'chai'
import {spawn} from 'node:child_process'
import {mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {attendedHome, ended, READY, STAY} from '../support/attendant.js'
import {cleanUpDirectories} from '../support/directories.js'
import {alive, familyOf, killAll} from '../support/processes.js'
import {until} from '../support/wait.js'

/** Those of Debian, macOS and Alpine, where they are there. */
const SHELLS = [['/bin/sh'], ['/bin/bash', '--posix'], ['/bin/busybox', 'sh']]

cleanUpDirectories()

describe('attendant', () => {
  const its = attendedHome()

  for (const shell of SHELLS) {
    describe(`under ${shell.join(' ')}`, () => {
      it('says what runs, since when, from which definition', async () => {
        const before = Date.now()
        const child = its.attend(`${READY}; ${STAY}`, {shell})
        const {attendant, definition, program, since, state} = await its.running()
        expect(attendant.pid).to.equal(child.pid)
        expect([definition, state]).to.deep.equal(['d1', 'running'])
        expect(familyOf(child.pid!)).to.include(program.pid)
        expect(since!.getTime()).to.be.within(before - 1000, Date.now())
      })

      it('0: leaves nothing but the log, and ends with 0', async () => {
        expect(await ended(its.attend('echo out; echo err >&2', {shell}))).to.equal(0)
        expect(readdirSync(its.directory)).to.deep.equal([])
        expect(its.log()).to.equal('out\nerr\n')
      })

      it('78: says why, and ends with 0', async () => {
        expect(await ended(its.attend('exit 78', {shell}))).to.equal(0)
        expect(its.say()).to.include({because: 'exit-78', exitCode: 78, state: 'failed'})
      })

      it('75: again at once', async () => {
        its.attend(`[ -e again ] && { ${READY}; ${STAY}; }; : >again; exit 75`, {shell})
        const started = Date.now()
        await its.running()
        expect(Date.now() - started).to.be.below(900)
      })

      it('1: again after a second, and a crash loop is given up', async () => {
        const child = its.attend('echo life; exit 1', {shell})
        expect((await until('it pauses', () => its.say()?.state === 'pausing' && its.say()))?.exitCode).to.equal(1)
        expect(await ended(child)).to.equal(0)
        expect(its.say()).to.include({because: 'crash-loop', exitCode: 1, state: 'failed'})
        expect(its.log()).to.equal('life\n'.repeat(5))
      }).timeout(30_000)

      it('passes SIGTERM on once, and ends as the program does', async () => {
        const child = its.attend(`trap 'echo told; exit 3' TERM; ${READY}; ${STAY}`, {shell})
        await its.running()
        child.kill('SIGTERM')
        expect(await ended(child)).to.equal(3)
        expect(its.log()).to.equal('told\n')
        expect(readdirSync(its.directory)).to.deep.equal([])
      })

      it('ends a stubborn program at its deadline and not before', async () => {
        const child = its.attend(`trap '' TERM; ${READY}; ${STAY}`, {shell})
        const {program} = await its.running()
        const asked = Date.now()
        child.kill('SIGTERM')
        await until('it says so', () => its.say()?.state === 'stopping')
        await ended(child)
        expect(Date.now() - asked).to.be.within(950, 4000)
        expect(alive(program.pid)).to.equal(false)
      })

      it('ends while it pauses', async () => {
        const child = its.attend('exit 1', {shell})
        await until('it pauses', () => its.say()?.state === 'pausing')
        child.kill('SIGTERM')
        expect(await ended(child)).to.equal(1)
      })

      it('passes SIGUSR1 on', async () => {
        const child = its.attend(`trap 'exit 78' USR1; ${READY}; ${STAY}`, {shell})
        await its.running()
        child.kill('SIGUSR1')
        expect(await ended(child)).to.equal(0)
        expect(its.say()).to.include({because: 'exit-78'})
      })
    })
  }

  describe('the program', () => {
    it('gets its words, variables and directory as they are, and no more', async () => {
      const hostile = ` two  words'"\\$HOME \`id\`\n\nä☃\n`
      const place = join(its.home, 'a=b')
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
        await ended(its.attend('', {change}))
      } finally {
        delete process.env.HERMES_NOTIFY_FD
      }

      expect(its.log()).to.equal(`${hostile}|${hostile}|${place}||`)
    })

    it('that cannot be run is a crash', async () => {
      const child = its.attend('', {change: {command: ['/nonexistent/program']}})
      expect((await until('it pauses', () => its.say()?.state === 'pausing' && its.say()))?.exitCode).to.equal(127)
      child.kill('SIGTERM')
      await ended(child)
    })

    it('never runs twice for one directory: the second attendant waits for the first', async () => {
      const first = its.attend(`${READY}; ${STAY}`)
      const {program} = await its.running()
      const second = its.attend(`${READY}; ${STAY}`)
      const third = its.attend(`${READY}; ${STAY}`)
      await until('both wait', () => familyOf(second.pid!).length > 1 && familyOf(third.pid!).length > 1)
      expect(its.say()!.program!.pid).to.equal(program.pid)
      first.kill('SIGTERM')
      await ended(first)
      await until('one of them took over', () => [second.pid, third.pid].includes(its.say()?.attendant.pid) && its.say()?.ready)
      const [one, other] = its.say()!.attendant.pid === second.pid ? [second, third] : [third, second]
      one.kill('SIGTERM')
      await until('then the other', () => its.say()?.attendant.pid === other.pid)
    })

    it('of an attendant that was killed while it took its claim does not stop the next one of that pid', async () => {
      // What is left then: two names of one file.
      const leftOver = 'mkdir -p "$4" && echo "$$ gone" >"$4/.claim.$$" && ln "$4/.claim.$$" "$4/claim" && exec /bin/sh "$@"'
      const child = its.attend('exit 78', {shell: ['/bin/sh', '-c', leftOver, 'sh']})
      expect(await ended(child)).to.equal(0)
    }).timeout(10_000)

    it('of an attendant that was killed is ended before another one starts, and a stranger under its pid is not', async () => {
      const first = its.attend(`trap '' TERM; ${READY}; ${STAY}`)
      const {program} = await its.running()
      await killAll([first.pid!])
      const stranger = spawn('/bin/sleep', ['60'])
      try {
        const second = its.attend(`${READY}; ${STAY}`)
        await until('the second one runs', () => its.say()?.attendant.pid === second.pid && its.say()?.ready)
        expect(alive(program.pid)).to.equal(false)
        await killAll([second.pid!, its.say()!.program!.pid])
        const text = readFileSync(join(its.directory, 'state'), 'utf8')
        writeFileSync(join(its.directory, 'state'), text.replace(/^program \d+/m, `program ${stranger.pid}`))
        const third = its.attend(`${READY}; ${STAY}`)
        await until('the third one runs', () => its.say()?.attendant.pid === third.pid && its.say()?.ready)
        expect(alive(stranger.pid!)).to.equal(true)
      } finally {
        stranger.kill('SIGKILL')
      }
    })
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

    it('is nothing where a link, a its.directory, a FIFO or a large file is in its place', () => {
      mkdirSync(its.directory, {recursive: true})
      const state = join(its.directory, 'state')
      writeFileSync(join(its.home, 'elsewhere'), sound)
      symlinkSync(join(its.home, 'elsewhere'), state)
      expect(its.say()).to.equal(undefined)
      const other = join(its.home, 'other')
      mkdirSync(join(other, 'state'), {recursive: true})
      expect(readAttendance(other)).to.equal(undefined)
      const large = join(its.home, 'large')
      mkdirSync(large)
      writeFileSync(join(large, 'state'), sound + 'x'.repeat(5000))
      expect(readAttendance(large)).to.equal(undefined)
    })
  })
})
