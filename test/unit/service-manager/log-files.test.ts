import {readLogDirectory, readLogFiles, type LogOptions} from '@hermes-cli/service-manager'
import {createHost} from '#hermes/host/host.js'

import {expect} from 'chai'
import {execFileSync} from 'node:child_process'
import {mkdirSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {Readable} from 'node:stream'

import {cleanUpDirectories, temporaryDirectory} from '../../support/directories.js'

cleanUpDirectories()

const host = createHost({environment: {PATH: process.env.PATH}, home: '/home/ada/.hermes'})

async function collect(lines: AsyncIterable<string>): Promise<string[]> {
  const seen: string[] = []
  for await (const line of lines) seen.push(line)
  return seen
}

describe('log files', () => {
  let directory: string
  const at = (name: string) => join(directory, name)
  const last = (count: number, ...names: string[]) =>
    collect(
      readLogFiles(
        host,
        names.map((name) => at(name)),
        {follow: false, lines: count},
      ),
    )
  /** What `tail` would be asked. */
  async function followed(options: Partial<LogOptions>, ...names: string[]) {
    const asked: unknown[] = []
    const stream = (program: string, args: readonly string[]): AsyncIterable<string> => {
      asked.push([program, ...args])
      return Readable.from([])
    }

    const lines = await collect(
      readLogFiles(
        {...host, stream},
        names.map((name) => at(name)),
        {follow: true, lines: 10, ...options},
      ),
    )
    return {asked, lines}
  }

  beforeEach(() => {
    directory = temporaryDirectory()
    writeFileSync(at('old'), 'one\ntwo\n')
    writeFileSync(at('new'), 'three\nfour')
  })

  it('give the last lines of all, oldest first, the one without an end too', async () => {
    expect(await last(10, 'old', 'new')).to.deep.equal(['one', 'two', 'three', 'four'])
    expect(await last(3, 'old', 'new')).to.deep.equal(['two', 'three', 'four'])
    expect(await last(2, 'old', 'new')).to.deep.equal(['three', 'four'])
    expect(await last(1, 'old', 'new')).to.deep.equal(['four'])
    expect(await last(0, 'old', 'new')).to.deep.equal([])
    expect(await last(10)).to.deep.equal([])
    expect(await last(4, 'old', 'old', 'new')).to.deep.equal(['one', 'two', 'three', 'four'])
    expect(await last(5, 'old', 'old', 'new')).to.deep.equal(['two', 'one', 'two', 'three', 'four'])
  })

  it('have lines that end at a line feed and nowhere else, empty ones too', async () => {
    writeFileSync(at('new'), 'a\u2028b\n\nc\rd\r\n')
    expect(await last(10, 'new')).to.deep.equal(['a\u2028b', '', 'c\rd\r'])
  })

  it('may be long, and cut between the bytes of a letter', async () => {
    const lines = Array.from({length: 60_000}, (_, index) => `${index} ☃☃☃☃☃☃☃☃`)
    writeFileSync(at('new'), lines.join('\n'))
    expect(await last(5, 'old', 'new')).to.deep.equal(lines.slice(-5))
    expect(await last(60_001, 'old', 'new')).to.deep.equal(['two', ...lines])
  })

  it('are none where they are missing, links, FIFOs or directories', async () => {
    symlinkSync(at('old'), at('link'))
    execFileSync('mkfifo', [at('fifo')])
    mkdirSync(at('directory'))
    expect(await last(10, 'missing', 'link', 'fifo', 'directory', 'old/below', 'new')).to.deep.equal(['three', 'four'])
    expect(await last(10, 'new', 'missing')).to.deep.equal(['three', 'four'])
  })

  it('that cannot be read for another reason are an error', async () => {
    const error: unknown = await last(1, 'x'.repeat(300)).catch((error_: unknown) => error_)
    expect(error).to.have.property('code', 'ENAMETOOLONG')
  })

  it('are followed by tail, which shows what of the last file was asked for', async () => {
    const tail = (count: string) => [['tail', '-n', count, '-F', at('new')]]
    expect(await followed({}, 'old', 'new')).to.deep.equal({asked: tail('+1'), lines: ['one', 'two']})
    expect(await followed({lines: 3}, 'old', 'new')).to.deep.equal({asked: tail('+1'), lines: ['two']})
    expect(await followed({lines: 2}, 'old', 'new')).to.deep.equal({asked: tail('2'), lines: []})
    expect(await followed({lines: 0}, 'old', 'new')).to.deep.equal({asked: tail('0'), lines: []})
  })

  it('of a directory are the rotated ones by name, and current', async () => {
    const all = (path: string) => collect(readLogDirectory(host, path, {follow: false, lines: 10}))
    const rotated = Array.from({length: 9}, (_, index) => `@${9 - index}.${index % 2 === 0 ? 's' : 'u'}`)
    for (const name of [...rotated, 'current', 'lock']) writeFileSync(at(name), `${name}\n`)
    expect(await all(directory)).to.deep.equal([...rotated.reverse(), 'current'])
    expect(await all(at('missing'))).to.deep.equal([])
  })
})
