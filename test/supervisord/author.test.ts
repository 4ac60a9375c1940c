import {asItsAuthor} from '../support/example.js'

describe('examples/backend-supervisord', function () {
  this.timeout(400_000)

  it('keeps the contract, and passes tests of its own', () =>
    asItsAuthor('backend-supervisord', ['not declared: supports.exitCodes', 'not declared: supports.readiness']))
})
