import {expect} from 'chai'

import type {GatewayStatus} from '#hermes/gateway/status.js'
import {untilDown} from '#hermes/gateway/watch.js'

type Look = Error | GatewayStatus['state']

/** Looks that come in this order; the last one goes on for ever. */
function looking(looks: readonly Look[]) {
  const seen: Look[] = []
  const look = async (): Promise<GatewayStatus> => {
    const now = looks[Math.min(seen.length, looks.length - 1)]!
    seen.push(now)
    if (now instanceof Error) throw now
    return {state: now} as GatewayStatus
  }

  return {look, seen}
}

const watched = (look: () => Promise<GatewayStatus>, signal = new AbortController().signal) => untilDown(look, signal, 1)

describe('Watching a gateway', () => {
  for (const state of ['absent', 'failed', 'foreground', 'stopped'] as const) {
    it(`ends when it is ${state}, and stays so`, async () => {
      const {look, seen} = looking(['running', state])
      expect((await watched(look))?.state).to.equal(state)
      expect(seen).to.deep.equal(['running', state, state])
    })
  }

  it('goes on over a restart and while nobody can tell', async () => {
    const {look, seen} = looking(['running', 'stopped', 'starting', 'stopped', 'unknown', 'degraded', 'draining', 'failed'])
    await watched(look)
    expect(seen).to.have.length(9)
  })

  it('goes on over a question that fails, and not over one that goes on failing', async () => {
    const lost = new Error('nobody answers')
    const {look, seen} = looking([lost, lost, 'running', lost])
    const error = await watched(look).then(
      () => expect.fail('it ended'),
      (error_: Error) => error_,
    )
    expect(error).to.equal(lost)
    expect(seen).to.have.length(6)
  })

  it('ends without an answer when it is left', async () => {
    const leave = new AbortController()
    const {look} = looking(['running'])
    const asked = async () => {
      leave.abort()
      return look()
    }

    expect(await watched(asked, leave.signal)).to.equal(undefined)
  })
})
