import {ServiceManagerError} from '@hermes-cli/service-manager'
import {expect} from 'chai'

import {errorJson, toldError} from '#hermes/cli/report.js'
import {HermesError} from '#hermes/profile/errors.js'

const oclif = (message: string, exit: number, extra: object = {}): Error => Object.assign(new Error(message), {oclif: {exit}, ...extra})

describe('An error as users meet it', () => {
  it('has the code, the exit code and the suggestions of what was thrown', () => {
    const told = toldError(new HermesError('profile-not-found', 'there is none', {suggestions: ['Create it.']}))
    expect(told).to.deep.include({code: 'profile-not-found', message: 'there is none', oclif: {exit: 4}, suggestions: ['Create it.']})
    const other = toldError(new ServiceManagerError('timeout', 'too slow', {suggestions: ['Wait.']}))
    expect(other).to.deep.include({code: 'timeout', message: 'too slow', oclif: {exit: 75}, suggestions: ['Wait.']})
  })

  it("is known by its shape, from a plugin's own copy of the contract too", () => {
    const foreign = {code: 'permission', message: 'not yours', name: 'ServiceManagerError', suggestions: []} as unknown as Error
    expect(toldError(foreign)).to.deep.include({code: 'permission', message: 'not yours', oclif: {exit: 77}})
  })

  it('is a usage error with a way on where oclif could not read the line, in one line', () => {
    const told = toldError(oclif('Nonexistent flags:\n  --foo\n--bar\nSee more help with --help', 2))
    expect(told).to.include({code: 'usage'})
    expect(told.oclif.exit).to.equal(2)
    expect(told.message).to.equal('Nonexistent flags: --foo: --bar')
    expect(told.suggestions[0]).to.match(/^hermes .*--help$/)
    expect(toldError(oclif('what?', 127)).oclif.exit).to.equal(2)
  })

  it('keeps the exit code a command of a plugin chose', () => {
    expect(toldError(oclif('no', 5))).to.deep.include({code: 'failed', oclif: {exit: 5}, suggestions: []})
    expect(toldError(oclif('no', 5, {code: 'own', suggestions: ['so']}))).to.deep.include({code: 'own', suggestions: ['so']})
  })

  it('is called unforeseen when nobody foresaw it, and keeps the stack for DEBUG', () => {
    const bug = new TypeError('x is not a function')
    const told = toldError(bug)
    expect(told).to.include({code: 'unforeseen', message: 'x is not a function', stack: bug.stack})
    expect(told.oclif.exit).to.equal(1)
    expect(toldError(Object.assign(new Error('EIO: i/o error'), {code: 'EIO'})).code).to.equal('unforeseen')
  })

  it('is whatever was thrown, be it no error', () => {
    for (const thrown of ['a word', undefined, null, 7]) {
      expect(toldError(thrown as never), String(thrown)).to.deep.include({code: 'unforeseen', message: String(thrown)})
    }
  })

  it('is told once: told again it stays what it is', () => {
    const told = toldError(new HermesError('busy', 'later'))
    told.message = 'better words'
    expect(toldError(told)).to.equal(told)
  })

  it('is one object under --json, and no stack in it', () => {
    expect(errorJson(toldError(new HermesError('storage', 'full', {suggestions: ['Make room.']})))).to.deep.equal({
      error: {code: 'storage', exit: 1, message: 'full', suggestions: ['Make room.']},
    })
  })
})
