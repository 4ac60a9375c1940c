import {readLogDirectory, readLogFiles, type LogFiles, type LogOptions} from '@hermes-cli/service-manager'
import {createHost} from '#hermes/host/host.js'

import {expect} from 'chai'
import {execFileSync} from 'node:child_process'
import {appendFileSync, chmodSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {cleanUpDirectories, temporaryDirectory} from '../../support/directories.js'

cleanUpDirectories()

const host = createHost({environment: {}, home: '/home/ada/.hermes'})

async function collect(lines: AsyncIterable<string>): Promise<string[]> {
  const seen: string[] = []
  for await (const line of lines) seen.push(line)
  return seen
}

describe('log files', () => {
  let directory: string
  const at = (name: string) => join(directory, name)
  const named =
    (...names: string[]): LogFiles =>
    () =>
      names.map((name) => at(name))
  const last = (count: number, ...names: string[]) => collect(readLogFiles(host, named(...names), {follow: false, lines: count}))
  const all = (path = directory) => collect(readLogDirectory(host, path, {follow: false, lines: 100}))

  beforeEach(() => {
    directory = temporaryDirectory()
    writeFileSync(at('old'), 'one\ntwo\n')
    writeFileSync(at('new'), 'three\nfour')
  })

  describe('give the last lines', () => {
    it('of all, oldest first, the one without an end too', async () => {
      expect(await last(10, 'old', 'new')).to.deep.equal(['one', 'two', 'three', 'four'])
      expect(await last(3, 'old', 'new')).to.deep.equal(['two', 'three', 'four'])
      expect(await last(2, 'old', 'new')).to.deep.equal(['three', 'four'])
      expect(await last(1, 'old', 'new')).to.deep.equal(['four'])
      expect(await last(0, 'old', 'new')).to.deep.equal([])
      expect(await last(10)).to.deep.equal([])
      expect(await last(5, 'old', 'old', 'new')).to.deep.equal(['two', 'one', 'two', 'three', 'four'])
    })

    it('that end at a line feed, with or without a return, and nowhere else', async () => {
      writeFileSync(at('new'), 'a\u2028b\n\nc\rd\r\n')
      expect(await last(10, 'new')).to.deep.equal(['a\u2028b', '', 'c\rd'])
    })

    it('of long files, cut between the bytes of a letter', async () => {
      const lines = Array.from({length: 60_000}, (_, index) => `${index} ☃☃☃☃☃☃☃☃`)
      writeFileSync(at('new'), lines.join('\n'))
      expect(await last(5, 'old', 'new')).to.deep.equal(lines.slice(-5))
      expect(await last(60_001, 'old', 'new')).to.deep.equal(['two', ...lines])
    })

    it('that are whole where a rotation came in the middle of a letter', async () => {
      const bytes = Buffer.from('first\nsnow ☃ man\nlast\n')
      writeFileSync(at('old'), bytes.subarray(0, 12))
      writeFileSync(at('new'), bytes.subarray(12))
      expect(await last(10, 'old', 'new')).to.deep.equal(['first', 'snow ☃ man', 'last'])
      expect(await last(2, 'old', 'new')).to.deep.equal(['snow ☃ man', 'last'])
      writeFileSync(at('current'), '')
      expect(await last(10, 'old', 'new', 'current')).to.deep.equal(['first', 'snow ☃ man', 'last'])
    })

    it('in pieces where they are longer than a mebibyte', async () => {
      writeFileSync(at('new'), `before\n${'x'.repeat(8_000_000)}\nafter\n`)
      const [before, ...pieces] = await last(100, 'new')
      expect([before, pieces.pop()]).to.deep.equal(['before', 'after'])
      expect(pieces.join('')).to.have.length(8_000_000)
      for (const piece of pieces) expect(piece.length).to.be.below(1_200_000)
    })

    it('of a directory: the rotated ones by name, and current', async () => {
      const rotated = Array.from({length: 9}, (_, index) => `@${9 - index}.${index % 2 === 0 ? 's' : 'u'}`)
      for (const name of [...rotated, 'current', 'lock']) writeFileSync(at(name), `${name}\n`)
      expect(await all()).to.deep.equal([...rotated.reverse(), 'current'])
      expect(await all(at('missing'))).to.deep.equal([])
    })

    it('of none that is missing, a link, a FIFO or a directory', async () => {
      symlinkSync(at('old'), at('link'))
      execFileSync('mkfifo', [at('fifo')])
      mkdirSync(at('directory'))
      expect(await last(10, 'missing', 'link', 'fifo', 'directory', 'old/below', 'new')).to.deep.equal(['three', 'four'])
      for (const name of ['missing', 'link', 'fifo']) expect(await last(10, 'old', name), name).to.deep.equal(['one', 'two'])
    })

    it('or say that they may not be read, and any other problem as it is', async () => {
      const problem = (name: string): Promise<unknown> => last(1, name).catch((error: unknown) => error)
      expect(await problem('x'.repeat(300))).to.have.property('code', 'ENAMETOOLONG')
      chmodSync(at('new'), 0)
      const isRoot = process.getuid!() === 0
      if (isRoot) chmodSync(directory, 0o711)
      if (isRoot) process.seteuid!(65_534)
      const denied = await problem('new')
      if (isRoot) process.seteuid!(0)
      expect(denied).to.include({code: 'permission'})
      expect((denied as Error).message).to.include(at('new'))
    })
  })

  describe('while they are rotated', () => {
    const write = (text: Buffer | string) => appendFileSync(at('current'), text)
    let rotations = 0
    const rotate = () => {
      renameSync(at('current'), at(`@${String(++rotations).padStart(4, '0')}.s`))
      write('')
    }

    /** Follows them; each of the steps is done when nothing is left to be read, and then it is left. */
    async function followed(steps: ReadonlyArray<() => void>, options: Partial<LogOptions> = {}, name = 'current'): Promise<string[]> {
      const abort = new AbortController()
      const left = steps.values()
      const sleep = async () => {
        const {done, value: step} = left.next()
        if (done) abort.abort()
        else step()
      }

      const wanted = {follow: true, lines: 0, signal: abort.signal, ...options}
      const stepping = {...host, sleep}
      return collect(name === 'current' ? readLogDirectory(stepping, directory, wanted) : readLogFiles(stepping, named(name), wanted))
    }

    beforeEach(() => {
      write('one\ntwo\n')
    })

    it('each line is followed once and in order', async () => {
      const steps = [
        () => write('three\n'),
        () => rotate(),
        () => write('four\n'),
        () => {
          write('five\n')
          rotate()
          write('six\n')
          rotate()
          write('seven\n')
          rotate()
          write('eight\n')
        },
        () => write('nine\n'),
      ]
      expect(await followed(steps, {lines: 1})).to.deep.equal(['two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'])
    })

    it('a line is shown once it has its end, whichever file has that', async () => {
      const [begin, end] = [Buffer.from('snow ☃ man').subarray(0, 6), Buffer.from('snow ☃ man\n').subarray(6)]
      const steps = [() => write(begin), () => rotate(), () => rotate(), () => write(end)]
      expect(await followed(steps)).to.deep.equal(['snow ☃ man'])
      const atOnce = () => {
        write('a')
        for (const part of ['b', 'c', 'd\n']) {
          rotate()
          write(part)
        }
      }

      expect(await followed([atOnce])).to.deep.equal(['abcd'])
      write('half')
      expect(await followed([() => write('s\n')], {lines: 1})).to.deep.equal(['abcd', 'halfs'])
    })

    it('one that is made empty, taken away or only made later is followed', async () => {
      const steps = [() => truncateSync(at('current')), () => write('3\n'), () => rmSync(at('current')), () => write('4\n')]
      expect(await followed(steps)).to.deep.equal(['3', '4'])
      expect(await followed([() => {}, () => writeFileSync(at('later'), 'one\n')], {}, 'later')).to.deep.equal(['one'])
    })

    it('a line that came just before the look is not lost, nor told twice', async () => {
      for (const rotationsMeanwhile of [0, 1, 2, 3]) {
        directory = temporaryDirectory()
        write('one\n')
        rotate()
        write('two\nthree\n')
        let looks = 0
        const files = () => {
          // It is open by then.
          for (let left = looks++ === 1 ? rotationsMeanwhile : 0; left > 0; left--) {
            rotate()
            write(`later ${left}\n`)
          }

          return [
            ...readdirSync(directory)
              .filter((name) => name.startsWith('@'))
              .sort(),
            'current',
          ].map((name) => at(name))
        }

        expect(await collect(readLogFiles(host, files, {follow: false, lines: 10})), String(rotationsMeanwhile)).to.deep.equal([
          'one',
          'two',
          'three',
        ])
      }
    })

    it('nothing is lost or told twice of a writer that rotates at every line', async () => {
      let written = 0
      const step = () => {
        for (let left = 7; left > 0; left--) {
          write(`line ${++written}\n`)
          if (written % 3 !== 0) rotate()
        }
      }

      truncateSync(at('current'))
      const seen = await followed(Array.from({length: 30}, () => step))
      expect(seen).to.deep.equal(Array.from({length: 210}, (_, index) => `line ${index + 1}`))
    })
  })
})
