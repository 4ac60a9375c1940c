import {expect} from 'chai'
import {chownSync} from 'node:fs'
import {join} from 'node:path'

import {checkOwner} from '#hermes/profile/owner.js'
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
})
