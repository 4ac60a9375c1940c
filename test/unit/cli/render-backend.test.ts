import {expect} from 'chai'

import {snakeKeys} from '#hermes/cli/render/backend.js'

describe('what a backend can do, under --json', () => {
  it('is spelled like the rest of it', () => {
    expect(snakeKeys({exitCodes: 'none', logs: true, scopes: ['user']})).to.deep.equal({exit_codes: 'none', logs: true, scopes: ['user']})
    expect(snakeKeys(null)).to.equal(null)
  })
})
