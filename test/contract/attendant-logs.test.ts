import {readAttendedLogs} from '@hermes-cli/service-manager/attendant'

import {expect} from 'chai'
import {chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {createHost} from '#hermes/host/host.js'

import {attendedHome, READY, STAY} from '../support/attendant.js'
import {cleanUpDirectories} from '../support/directories.js'
import {familyOf} from '../support/processes.js'
import {until} from '../support/wait.js'

cleanUpDirectories()

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    // ended meanwhile
    return ''
  }
}

describe('attendant', () => {
  const its = attendedHome()

  describe('logs', () => {
    const host = () => createHost({environment: {}, home: its.home})
    const LINE = 'a line of some length that is easy to tell: '
    const lines = async (count: number): Promise<string[]> => {
      const found: string[] = []
      for await (const line of readAttendedLogs(host(), join(its.home, 'logs'), {follow: false, lines: count})) found.push(line)
      return found
    }

    it('are rotated while the program runs, and lose no line', async () => {
      const total = 150_000
      its.attend(`i=0; while [ $i -lt ${total} ]; do i=$((i+1)); echo "${LINE}$i"; done; ${READY}; ${STAY}`)
      await until('all is written', async () => (await lines(1)).at(-1) === `${LINE}${total}`, 60_000)
      const files = readdirSync(join(its.home, 'logs'))
      expect(files.length).to.be.greaterThan(3)
      for (const file of files) expect(statSync(join(its.home, 'logs', file)).size, file).to.be.below(2_200_000)
      const found = await lines(total)
      expect(found.length).to.equal(total)
      expect(found.every((line, index) => line === `${LINE}${index + 1}`)).to.equal(true)
    }).timeout(90_000)

    it('have a limit, whatever the program writes', async () => {
      const line = 'x'.repeat(1000)
      its.attend(`i=0; while [ $i -lt 30000 ]; do i=$((i+1)); echo ${line}; done; echo last; ${READY}; ${STAY}`)
      await until('all is written', async () => (await lines(1)).at(-1) === 'last', 60_000)
      const sizes = readdirSync(join(its.home, 'logs')).map((file) => statSync(join(its.home, 'logs', file)).size)
      expect(sizes.length).to.equal(10)
      expect(sizes.reduce((sum, size) => sum + size, 0)).to.be.below(22_000_000)
    }).timeout(90_000)

    it('go on when whatever writes them is killed, and so does the program', async () => {
      const child = its.attend(`${READY}; i=0; while :; do i=$((i+1)); echo "line $i"; sleep 0.01; done`)
      const {program} = await its.running()
      for (let round = 0; round < 3; round++) {
        await until('something was written', () => its.log().includes('line'))
        const loggers = familyOf(child.pid!).filter((pid) => commandOf(pid).startsWith('dd\0'))
        expect(loggers.length).to.equal(1)
        process.kill(loggers[0]!, 'SIGKILL')
        const size = its.log().length
        await until('more is written', () => its.log().length > size)
      }

      // The shell around it, too.
      const keeper = familyOf(child.pid!).find((pid) => pid !== child.pid && commandOf(pid).includes(its.directory))
      process.kill(keeper!, 'SIGKILL')
      const size = its.log().length
      await until('more is written', () => its.log().length > size)
      expect(its.say()!.program!.pid).to.equal(program.pid)
    })

    it('that cannot be written hold up nobody', async () => {
      writeFileSync(join(its.home, 'logs'), 'no directory')
      its.attend(`i=0; while [ $i -lt 3000 ]; do i=$((i+1)); echo "${'y'.repeat(100)}"; done; ${READY}; ${STAY}`)
      await its.running()
    })

    it('of another user are refused with a word, and a link in their place is none', async () => {
      mkdirSync(join(its.home, 'logs'))
      symlinkSync('/etc/passwd', join(its.home, 'logs/current'))
      expect(await lines(5)).to.deep.equal([])
      const {geteuid, seteuid} = process
      if (geteuid!() === 0) seteuid!(65_534)
      else chmodSync(join(its.home, 'logs'), 0)
      const error = await lines(5).catch((error_: unknown) => error_)
      if (process.getuid!() === 0) seteuid!(0)
      else chmodSync(join(its.home, 'logs'), 0o700)
      expect(error).to.include({code: 'permission'})
    })

    it('are followed across rotations', async () => {
      its.attend(
        `${READY}; while [ ! -e go ]; do sleep 0.02; done; i=0; while [ $i -lt 60000 ]; do i=$((i+1)); echo "${LINE}$i"; done; ${STAY}`,
      )
      await its.running()
      const abort = new AbortController()
      const seen: string[] = []
      const following = (async () => {
        for await (const line of readAttendedLogs(host(), join(its.home, 'logs'), {follow: true, lines: 0, signal: abort.signal}))
          seen.push(line)
      })()
      writeFileSync(join(its.home, 'go'), '')
      await until('the last line came', () => seen.at(-1) === `${LINE}60000`, 60_000)
      abort.abort()
      await following
      expect(readdirSync(join(its.home, 'logs')).length).to.be.greaterThan(1)
      expect(
        seen.every((line, index) => line === `${LINE}${index + 1}`),
        'every line, in order',
      ).to.equal(true)
      expect(seen.length).to.equal(60_000)
    }).timeout(90_000)
  })
})
