import {expect} from 'chai'

import {tellUsage} from '#hermes/cli/parse-errors.js'

const error = (message: string, extra: object = {}): Error => Object.assign(new Error(message), extra)
const FLAGS = {'dry-run': {}, follow: {}, lines: {}, secret: {hidden: true}}

describe('a line that oclif could not read', () => {
  it('names the flag that was meant', () => {
    const told = (flag: string) =>
      tellUsage(
        error(`Nonexistent flag: ${flag}\nSee more help with --help`, {flags: [flag], parse: {input: {flags: FLAGS}}}),
        'gateway logs',
      )
    expect(told('--folow')).to.deep.equal({message: 'Nonexistent flag: --folow', suggestions: ['hermes gateway logs --follow']})
    expect(told('--dryrun').suggestions).to.deep.equal(['hermes gateway logs --dry-run'])
    expect(told('--hlep').suggestions).to.deep.equal(['hermes gateway logs --help'])
    expect(told('--secre').suggestions).to.deep.equal([])
    expect(told('--nothing-like-it').suggestions).to.deep.equal([])
  })

  it('names the arguments that are missing', () => {
    const args = [{description: 'Its new name', name: 'to'}]
    const parse = {input: {args: {from: {required: true}, to: {required: true}}}}
    expect(tellUsage(error('Missing 1 required arg:\nto  Its new name', {args, parse}), 'profile rename')).to.deep.equal({
      message: 'Missing argument: TO (Its new name)',
      suggestions: ['hermes profile rename FROM TO'],
    })
  })

  it('says once what is said from both sides', () => {
    const both =
      'The following errors occurred:\n  --system=true cannot also be provided when using --user\n  --user=true cannot also be provided when using --system'
    expect(tellUsage(error(both), 'x').message).to.equal('--system=true cannot also be provided when using --user')
    const one = 'The following error occurred:\n  All of the following must be provided when using --run-as-user: --system'
    expect(tellUsage(error(one), 'x').message).to.equal('All of the following must be provided when using --run-as-user: --system')
  })

  it('is left as it is otherwise', () => {
    for (const odd of [{}, {flags: 7}, {args: [null]}, {args: [], flags: [], parse: null}])
      expect(tellUsage(error('what?', odd), 'x')).to.deep.equal({message: 'what?', suggestions: []})
  })
})
