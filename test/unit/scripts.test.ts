import {expect} from 'chai'
import {execa} from 'execa'
import {appendFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {pathToFileURL} from 'node:url'

import {cleanUpDirectories, root, temporaryDirectory} from '../support/directories.js'

const script = async (name: string): Promise<any> => import(pathToFileURL(join(root, 'scripts', name)).href)

describe('scripts', () => {
  cleanUpDirectories()

  describe('the mirror of this machine', () => {
    const MIRROR = 'http://mirror.test/debian'
    const stanzas = (text: string) => [{name: '/etc/apt/sources.list.d/debian.sources', text}]
    const lines = (text: string) => [{name: '/etc/apt/sources.list', text}]

    for (const [what, files, wanted] of [
      [
        'takes the first URI of a stanza',
        stanzas(`Types: deb\nURIs: ${MIRROR}/ http://other\nSuites: bookworm bookworm-updates\n`),
        MIRROR,
      ],
      [
        'passes over another suite',
        stanzas(`Types: deb\nURIs: http://x\nSuites: sid\n\nTypes: deb\nURIs: ${MIRROR}\nSuites: bookworm\n`),
        MIRROR,
      ],
      ['passes over a stanza of sources', stanzas('Types: deb-src\nURIs: http://x\nSuites: bookworm\n'), undefined],
      ['takes the URI of a line', lines(`# deb http://x bookworm main\ndeb ${MIRROR} bookworm main`), MIRROR],
      ['takes the URI of a line with options', lines(`deb [arch=amd64 signed-by=/k] ${MIRROR} bookworm main\n`), MIRROR],
      ['passes over what debootstrap cannot read', lines('deb cdrom:[Debian]/ bookworm main\n'), undefined],
    ] as const)
      it(what, async () => {
        const {mirrorIn} = await script('lab/mirror.mjs')
        expect(mirrorIn(files, 'bookworm')).to.equal(wanted)
      })
  })

  describe('the record of a mocha run', () => {
    /** What the reporter writes while mocha runs this text. */
    async function recordOf(text: string) {
      const directory = temporaryDirectory()
      const file = join(directory, 'report')
      writeFileSync(join(directory, 'a.cjs'), text)
      const reporter = ['--reporter', join(root, 'scripts/tiers/reporter.mjs'), '--reporter-option', `file=${file}`]
      await execa(process.execPath, [join(root, 'node_modules/mocha/bin/mocha.js'), ...reporter, join(directory, 'a.cjs')], {
        cwd: root,
        reject: false,
      })
      return {file, ...(await script('tiers/failures.mjs')).readReport(file)}
    }

    it('counts, and names each failure with its words and what differed', async () => {
      const {ended, failures, passed, pending} = await recordOf(`
        describe('suite', () => {
          it('passes', () => {})
          it.skip('waits', () => {})
          it('fails', () => require('assert').deepStrictEqual({a: 1}, {a: 2}))
          describe('inner', () => { before(() => { throw new Error('hook') }); it('never', () => {}) })
        })`)
      expect({ended, passed, pending}).to.deep.equal({ended: true, passed: 1, pending: 1})
      expect(failures.map(({title}: any) => title)).to.deep.equal(['suite fails', 'suite inner "before all" hook for "never"'])
      expect(failures[0].error).to.match(/-\s+"a": 1\n\s*\+\s+"a": 2/)
    })

    it('has what was before a sudden end, and knows that it was one', async () => {
      const {ended, file, passed} = await recordOf(`
        it('passes', () => {})
        it('dies', () => process.kill(process.pid, 'SIGKILL'))`)
      expect({ended, passed}).to.deep.equal({ended: false, passed: 1})
      appendFileSync(file, '{"title": "cut o')
      expect((await script('tiers/failures.mjs')).readReport(file).passed).to.equal(1)
    })

    it('is told again shortly', async () => {
      const {describeFailures} = await script('tiers/failures.mjs')
      const error = Array.from({length: 40}, (_, index) => `line ${index}`).join('\n')
      const told = describeFailures([{error, tier: 'cli', title: 'a thing works'}])
      expect(told).to.match(/^Failures:\n\n {2}1\) cli: a thing works\n {5}line 0\n/)
      expect(told).to.contain('line 14\n     … (25 more lines)').and.not.contain('line 15')
    })
  })
})
