import launchd from '@hermes-cli/backend-launchd'
import type {HostFacts} from '@hermes-cli/service-manager'

import {expect} from 'chai'

const mac: HostFacts = {
  environment: {},
  findProgram: (name, first = []) => (name === 'launchctl' ? `${first[0]}/launchctl` : undefined),
  home: '/Users/ada/.hermes',
  isDirectory: () => false,
  platform: 'darwin',
  probeFifo: () => 'absent',
  readText: () => undefined,
  uid: 501,
}

describe('launchd: detection', () => {
  for (const [what, change, usable, because] of [
    ['a user of a Mac', {}, true, /agents of user 501/],
    ['root of a Mac, as a user', {uid: 0}, false, /those of the machine/],
    ['root of a Mac', {scope: 'system', uid: 0}, true, /runs this machine$/],
    ['a user, of the machine', {scope: 'system'}, true, /user 501 may look/],
    ['Linux', {platform: 'linux'}, false, /for macOS, this is linux/],
    ['a Mac without launchctl', {findProgram: () => undefined}, false, /launchctl cannot be found/],
  ] as ReadonlyArray<[string, Partial<HostFacts>, boolean, RegExp]>) {
    it(`${what}: ${usable ? 'usable' : 'not usable'}`, () => {
      const found = launchd.detect({...mac, ...change})
      expect(found.usable).to.equal(usable)
      expect(found.because).to.match(because)
    })
  }
})
