import {expect} from 'chai'
import {execa} from 'execa'
import {readdirSync, readFileSync, rmSync} from 'node:fs'
import {dirname, join} from 'node:path'

import {authorsEnvironment, authorsProject, example, packedContract} from '../support/author.js'
import {cleanUpDirectories, temporaryDirectory} from '../support/directories.js'

const sources = readdirSync(join(example, 'src')).map((name) => readFileSync(join(example, 'src', name), 'utf8'))
const isCode = (line: string) => line.trim() !== '' && !/^\s*(?:\/\/|\/\*|\*)/.test(line)

describe('examples/backend-runit', function () {
  this.timeout(180_000)
  cleanUpDirectories()

  it('has at most 200 lines of code', () => {
    expect(sources.flatMap((text) => text.split('\n')).filter((line) => isCode(line)).length).to.be.within(100, 200)
  })

  it('needs nothing but the published contract and Node', () => {
    const imported = sources.flatMap((text) => [...text.matchAll(/\bfrom '([^']+)'/g)].map(([, name]) => name!))
    expect(imported.filter((name) => !/^(?:node:|\.\/|@hermes-cli\/service-manager$)/.test(name))).to.deep.equal([])
    const {dependencies} = JSON.parse(readFileSync(join(example, 'package.json'), 'utf8'))
    expect(Object.keys(dependencies)).to.deep.equal(['@hermes-cli/service-manager'])
  })

  it('builds by itself and passes the whole kit against a real runsvdir, with no skip', async () => {
    const author = temporaryDirectory()
    const contract = await packedContract(author)
    const project = await authorsProject(author, contract)
    try {
      const words = ['--test', '--test-reporter=tap', 'test/conformance.test.js']
      const {stdout} = await execa(process.execPath, words, {
        cwd: project,
        env: authorsEnvironment(author),
        extendEnv: false,
        reject: false,
      })
      // With what TAP says of each: the lines up to the end of its block.
      const failed = [...stdout.matchAll(/^ *not ok [^]*?^ *\.{3}$/gm)].map(([text]) => text)
      expect(failed.join('\n')).to.equal('')
      const total = (name: string) => Number(new RegExp(`^# ${name} (\\d+)$`, 'm').exec(stdout)?.[1])
      expect([total('fail'), total('skipped'), total('cancelled')]).to.deep.equal([0, 0, 0])
      expect(total('pass')).to.be.at.least(95)
    } finally {
      for (const path of [contract, project]) rmSync(dirname(path), {force: true, recursive: true})
    }
  })
})
