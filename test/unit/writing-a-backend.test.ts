import {expect} from 'chai'
import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'

import {root} from '../support/directories.js'

const example = join(root, 'examples/backend-runit')
const manual = readFileSync(join(root, 'docs/writing-a-backend.md'), 'utf8')
const texts = ['.', 'src', 'test'].flatMap((directory) =>
  readdirSync(join(example, directory), {withFileTypes: true})
    .filter((entry) => entry.isFile())
    .map(({name}) => readFileSync(join(example, directory, name), 'utf8')),
)

describe('docs/writing-a-backend.md', () => {
  const blocks = [...manual.matchAll(/^```(?:js|json|ts)\n([^]*?)^```$/gm)].map(([, text]) => text!.trim())

  it('shows code', () => {
    expect(blocks.length).to.be.above(5)
  })

  for (const block of blocks) {
    it(`has "${block.split('\n')[0]}" from the example`, () => {
      expect(texts.some((text) => text.includes(block))).to.equal(true)
    })
  }

  it('uses commands that there are', () => {
    const {commands} = JSON.parse(readFileSync(join(root, 'oclif.manifest.json'), 'utf8')) as {commands: object}
    const used = [...manual.matchAll(/^hermes (\S+)/gm)].map(([, name]) => name!).filter((name) => name !== 'plugins')
    expect(Object.keys(commands)).to.include.members(used)
  })
})
