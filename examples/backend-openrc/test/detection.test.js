// Questions of files only.
import {realHost} from '@hermes-cli/service-manager/conformance'
import assert from 'node:assert/strict'
import {describe, it} from 'node:test'

import backend from '../dist/index.js'

describe('detection says what is missing', () => {
  const host = (softlevel, program, uid = 0) => ({
    ...realHost({environment: {}, home: '/root/.hermes'}),
    findProgram: (name) => (name === 'rc-service' ? program : undefined),
    readText: (path) => (path === '/run/openrc/softlevel' ? softlevel : undefined),
    uid,
  })
  const rows = {
    'installed, and not booted': [host(undefined, '/sbin/rc-service'), false, /was not booted with OpenRC/],
    'no rc-service': [host('default\n', undefined), false, /rc-service cannot be found/],
    nothing: [host('default\n', '/sbin/rc-service'), true, /^OpenRC runs this machine, in runlevel "default"$/],
    'nothing but the right': [host('default\n', '/sbin/rc-service', 1000), true, /user 1000 may look/],
  }
  for (const [what, [one, usable, because]] of Object.entries(rows)) {
    it(what, () => {
      const found = backend.detect(one)
      assert.match(found.because, because)
      assert.equal(found.usable, usable)
      assert.equal(found.readOnly === true, one.uid !== 0)
    })
  }
})
