import {asItsAuthor} from '../support/example.js'

/** Runs inside a machine that OpenRC has booted: scripts/tiers/examples.mjs. */
describe('examples/backend-openrc', function () {
  this.timeout(600_000)

  it('keeps the contract, and passes tests of its own', () => asItsAuthor('backend-openrc', []))
})
