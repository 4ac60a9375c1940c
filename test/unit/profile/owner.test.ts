import {expect} from 'chai'
import {chownSync, lchownSync, mkdirSync, symlinkSync} from 'node:fs'
import {join} from 'node:path'

import {checkOwner, isForeign} from '#hermes/profile/owner.js'
import {cleanUpDirectories, temporaryDirectory} from '../../support/directories.js'

cleanUpDirectories()

describe('a home and who may change it', () => {
  it('is not changed by root when it belongs to somebody else', async function () {
    if (process.getuid?.() !== 0) this.skip()
    const home = temporaryDirectory()
    chownSync(home, 65_534, 65_534)
    const error = await checkOwner(home).then(
      () => expect.fail('it was allowed'),
      (error_: Error & {code: string; suggestions: string[]}) => error_,
    )
    expect(error.code).to.equal('permission')
    expect(error.message).to.include(home).and.include('65534')
    expect(error.suggestions[0]).to.include('setpriv')
  })

  it('is changed by its owner, by root when it is root’s, and made by whoever comes first', async () => {
    const home = temporaryDirectory()
    await checkOwner(home)
    await checkOwner(join(home, 'not-there-yet'))
    await checkOwner(home, 1000)
  })

  it('is foreign to root where it, a link to it, or what it lies in is somebody else’s', async function () {
    if (process.getuid?.() !== 0) this.skip()
    const base = temporaryDirectory()
    const make = (name: string): string => {
      mkdirSync(join(base, name), {recursive: true})
      return join(base, name)
    }

    const ours = make('home/profiles/a')
    const theirs = make('theirs')
    chownSync(theirs, 12_345, 12_345)
    for (const [name, target] of Object.entries({theirLink: ours, ourLink: theirs})) symlinkSync(target, join(base, name))
    lchownSync(join(base, 'theirLink'), 12_345, 12_345)
    expect(await isForeign(ours)).to.equal(false)
    expect(await isForeign(make('theirs/a'))).to.equal(true)
    for (const name of ['theirs', 'theirLink', 'ourLink', 'not-there']) expect(await isForeign(join(base, name)), name).to.equal(true)
    expect(await isForeign(theirs, 12_345)).to.equal(false)
  })
})
