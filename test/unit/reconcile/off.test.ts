import {expect} from 'chai'

import {reconcileIsOff} from '#hermes/reconcile/off.js'

describe('HERMES_RECONCILE', () => {
  it('turns it off in so many words', () => {
    for (const word of ['off', 'OFF', '0', 'false', 'no', 'No']) expect(reconcileIsOff(word), word).to.deep.equal({off: true})
  })

  it('leaves it on without a word where nothing or the contrary is said', () => {
    for (const word of [undefined, '', 'on', '1', 'true', 'yes']) expect(reconcileIsOff(word), word).to.deep.equal({off: false})
  })

  it('is told to be ignored when it says anything else', () => {
    for (const word of ['of', 'off ', '2', 'x'.repeat(1000), '\u001B[2J']) {
      const {off, warning} = reconcileIsOff(word)
      expect(off).to.equal(false)
      expect(warning).to.contain('ignored').and.contain('off, 0, false, no').and.not.contain('\u001B')
      expect(warning!.length).to.be.below(150)
    }
  })
})
