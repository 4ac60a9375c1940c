import {expect} from 'chai'
import {execFileSync} from 'node:child_process'
import {copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {cleanUpDirectories, root, temporaryDirectory} from '../support/directories.js'

cleanUpDirectories()

/** scripts/bundle.mjs in a checkout of nothing but a package.json. */
describe('package.json around npm pack', () => {
  const before = `${JSON.stringify({bundleDependencies: ['a'], dependencies: {a: '1', b: '2'}, name: 'x'}, undefined, 2)}\n`
  let checkout: string
  const path = () => join(checkout, 'package.json')
  const text = () => readFileSync(path(), 'utf8')
  const bundle = (how: 'off' | 'on') => execFileSync(process.execPath, [join(checkout, 'scripts/bundle.mjs'), how])

  beforeEach(() => {
    checkout = temporaryDirectory()
    mkdirSync(join(checkout, 'scripts/lib'), {recursive: true})
    for (const name of ['scripts/bundle.mjs', 'scripts/lib/bundle.mjs']) copyFileSync(join(root, name), join(checkout, name))
    writeFileSync(path(), before)
  })

  it('bundles everything while it is packed, and is as it was after', () => {
    bundle('on')
    expect(JSON.parse(text())).to.deep.equal({...JSON.parse(before), bundleDependencies: ['a', 'b']})
    bundle('off')
    expect(text()).to.equal(before)
    expect(existsSync(join(checkout, '.build/package.json.kept'))).to.equal(false)
  })

  it('is as it was after a pack that was killed and one that was not', () => {
    bundle('on')
    bundle('on')
    bundle('off')
    expect(text()).to.equal(before)
  })

  it('keeps what was written into it after a pack was killed', () => {
    bundle('on')
    const newer = before.replace('"x"', '"y"')
    writeFileSync(path(), newer)
    bundle('on')
    expect(JSON.parse(text())).to.deep.include({bundleDependencies: ['a', 'b'], name: 'y'})
    bundle('off')
    expect(text()).to.equal(newer)
  })

  it('is left alone where nothing was packed', () => {
    bundle('off')
    expect(text()).to.equal(before)
  })
})
