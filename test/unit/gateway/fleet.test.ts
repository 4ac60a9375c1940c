import {expect} from 'chai'

import {overMany} from '#hermes/gateway/fleet.js'

describe('One verb over many profiles', () => {
  const names = Array.from({length: 10}, (_, index) => `p${index}`)

  it('answers in the given order, whichever ends first', async () => {
    let release = (): void => {}
    const slow = new Promise<string>((resolve) => {
      release = () => resolve('slow')
    })
    const work = overMany(['slow', 'quick'], async (profile) => {
      if (profile === 'slow') return slow
      release()
      return 'quick'
    })
    expect(await work).to.deep.equal([
      {ok: true, profile: 'slow', result: 'slow'},
      {ok: true, profile: 'quick', result: 'quick'},
    ])
  })

  it('goes on after a failure, thrown or rejected, and names it', async () => {
    const outcomes = await overMany(names, (profile) => {
      if (profile === 'p0') throw new Error('thrown')
      return profile === 'p7' ? Promise.reject(new Error('rejected')) : Promise.resolve(profile)
    })
    expect(outcomes.map((outcome) => (outcome.ok ? outcome.result : outcome.error.message))).to.deep.equal(
      names.map((name) => ({p0: 'thrown', p7: 'rejected'})[name] ?? name),
    )
  })

  it('makes an error of whatever was thrown', async () => {
    const [outcome] = await overMany(['coder'], () => Promise.reject('a word')) // eslint-disable-line prefer-promise-reject-errors
    expect(outcome).to.have.nested.property('error.message', 'a word')
  })

  it('works on no more than so many at a time, and on as many as that', async () => {
    let now = 0
    let most = 0
    const seen: string[] = []
    await overMany(
      names,
      async (profile) => {
        most = Math.max(most, ++now)
        seen.push(profile)
        await new Promise(setImmediate)
        now--
      },
      3,
    )
    expect(most).to.equal(3)
    expect(seen).to.deep.equal(names)
  })

  it('has nothing to say of nobody', async () => {
    expect(await overMany([], () => Promise.reject(new Error('called')))).to.deep.equal([])
  })
})
