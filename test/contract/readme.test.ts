import {expect} from 'chai'
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import ts from 'typescript'

import {root} from '../support/directories.js'

const README = readFileSync(join(root, 'src/service-manager/README.md'), 'utf8')
const blocks = (language: string) => [...README.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm'))].map(([, text]) => text!)

/** What the compiler says about a file in this checkout. */
function complaints(text: string): readonly string[] {
  // Inside the checkout, so that the package is found by its name.
  mkdirSync(join(root, '.build'), {recursive: true})
  const directory = mkdtempSync(join(root, '.build/readme-'))
  try {
    const file = join(directory, 'index.ts')
    writeFileSync(join(directory, 'package.json'), '{"type": "module"}')
    writeFileSync(file, text)
    const {options} = ts.convertCompilerOptionsFromJson(
      {...ts.readConfigFile(join(root, 'tsconfig.base.json'), ts.sys.readFile).config.compilerOptions, composite: false, noEmit: true},
      root,
    )
    const program = ts.createProgram([file], options)
    return ts.getPreEmitDiagnostics(program).map(({messageText}) => ts.flattenDiagnosticMessageText(messageText, '\n'))
  } finally {
    rmSync(directory, {recursive: true})
  }
}

describe('the README of the contract', () => {
  it('has a minimal backend that compiles', () => {
    expect(complaints(blocks('ts')[0]!)).to.deep.equal([])
  })

  it('announces it as hermes expects', () => {
    const {hermes} = JSON.parse(blocks('json')[0]!) as {hermes: {backends: object[]}}
    expect(hermes.backends[0]).to.have.keys('contract', 'kind', 'platforms', 'module')
  })
})
