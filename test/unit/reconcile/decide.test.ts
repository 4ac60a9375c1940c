import {expect} from 'chai'

import {GATEWAY_STATES} from '#hermes/gateway/state.js'
import {decide} from '#hermes/reconcile/decide.js'

describe('Who comes back after a boot', () => {
  const observed = [...GATEWAY_STATES, undefined]
  const verdicts = (intent: 'running' | 'stopped' | undefined, failedBoots: number): Record<string, string> =>
    Object.fromEntries(observed.map((state) => [state ?? 'nothing', decide({failedBoots, intent, observed: state})]))

  it('is nobody who was told to stop, whatever was seen last', () => {
    for (const boots of [0, 1, 2, 3, 99]) expect(new Set(Object.values(verdicts('stopped', boots)))).to.deep.equal(new Set(['register']))
  })

  it('is everybody who is wanted, but for a start that failed for good', () => {
    for (const boots of [0, 1, 2]) {
      expect(verdicts('running', boots)).to.deep.equal({
        degraded: 'start',
        draining: 'start',
        nothing: 'start',
        running: 'start',
        starting: 'start',
        startup_failed: 'register',
        stopped: 'start',
      })
    }
  })

  it('and but for one that was still starting three boots in a row', () => {
    for (const boots of [3, 4, 99]) {
      expect(verdicts('running', boots)).to.deep.equal({
        degraded: 'start',
        draining: 'start',
        nothing: 'start',
        running: 'start',
        starting: 'register',
        startup_failed: 'register',
        stopped: 'start',
      })
    }
  })

  it('is who was up, where nobody ever said what is wanted', () => {
    for (const boots of [0, 1, 2, 3, 99]) {
      expect(verdicts(undefined, boots)).to.deep.equal({
        degraded: 'start',
        draining: 'start',
        nothing: 'register',
        running: 'start',
        starting: 'register',
        startup_failed: 'register',
        stopped: 'register',
      })
    }
  })
})
