import {expect} from 'chai'

import {temporaryPlace} from '#hermes/profile/temporary.js'

describe('A home in a temporary directory', () => {
  const place = (home: string, configured: readonly string[] = [], userHome = '/home/ada') => temporaryPlace(home, {configured, userHome})

  it('lies in one, or is one', () => {
    expect(place('/tmp/x/y')).to.equal('/tmp')
    expect(place('/tmp')).to.equal('/tmp')
    expect(place('/var/tmp/x')).to.equal('/var/tmp')
    expect(place('/dev/shm/x')).to.equal('/dev/shm')
    expect(place('/home/ada/tmp/h', ['/home/ada/tmp'])).to.equal('/home/ada/tmp')
  })

  it('is not one that is only called so', () => {
    for (const home of ['/tmpx/y', '/home/ada/.hermes', '/opt/data', '/tmp-data', '/', '/home/tmp'])
      expect(place(home), home).to.equal(undefined)
  })

  it('is no home of a user whose TMPDIR holds everything they have', () => {
    expect(place('/home/ada/.hermes', ['/home/ada'])).to.equal(undefined)
    expect(place('/home/ada/.hermes', ['/'])).to.equal(undefined)
    expect(place('/tmp/x/.hermes', ['/tmp'], '/tmp/x')).to.equal('/tmp')
  })
})
