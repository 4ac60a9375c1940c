import {ERROR_CODES} from '@hermes-cli/service-manager'
import {expect} from 'chai'

import {EXIT, exitCodeOf} from '#hermes/cli/exit.js'
import {HERMES_ERROR_CODES} from '#hermes/profile/errors.js'

describe('The exit code of an error', () => {
  it('is the one of its code', () => {
    const codes = [...new Set([...ERROR_CODES, ...HERMES_ERROR_CODES])]
    const special = Object.fromEntries(codes.map((code) => [code, exitCodeOf(code)] as const).filter(([, exit]) => exit !== EXIT.failed))
    expect(special).to.deep.equal({
      busy: 75,
      'config-invalid': 78,
      'home-in-use': 75,
      'invalid-name': 2,
      'no-service-manager': 69,
      'not-registered': 4,
      permission: 77,
      'profile-not-found': 4,
      'reserved-name': 2,
      'start-timeout': 75,
      'temporary-home': 78,
      timeout: 75,
      unavailable: 69,
      usage: 2,
    })
  })

  it('is 1 for what nobody knows', () => {
    for (const code of [undefined, '', 'ENOENT', 'toString', '__proto__']) expect(exitCodeOf(code), String(code)).to.equal(1)
  })
})
