import {expect} from 'chai'

import {backendNamed, normaliseArgv} from '#hermes/cli/argv.js'

const WITH_WORDS = ['autocomplete', 'backend:inspect', 'gateway:start', 'gateway:status', 'help', 'profile:create']
const WITHOUT = ['autocomplete:create', 'backend', 'gateway', 'profile', 's6:boot']
const COMMANDS = [...WITH_WORDS.map((id) => ({id, takesWords: true})), ...WITHOUT.map((id) => ({id, takesWords: false}))]
const normalise = (line: string): string => normaliseArgv(line.split(' ').filter(Boolean), COMMANDS).join(' ')

describe('normaliseArgv', () => {
  const same: Array<[string, string]> = [
    ['gateway:start -p coder', 'gateway:start -p coder'],
    ['gateway start -p coder', 'gateway:start -p coder'],
    ['-p coder gateway start', 'gateway:start -p coder'],
    ['-pcoder gateway start', 'gateway:start -pcoder'],
    ['--profile coder gateway:start', 'gateway:start --profile coder'],
    ['--profile=coder gateway start', 'gateway:start --profile=coder'],
    ['gateway -p coder start', 'gateway:start -p coder'],
    ['--json gateway status', 'gateway:status --json'],
    ['-p coder --json gateway status', 'gateway:status -p coder --json'],
    ['gateway start coder writer', 'gateway:start coder writer'],
    ['-p coder gateway start writer --all', 'gateway:start -p coder writer --all'],
    ['profile create coder --port 9300', 'profile:create coder --port 9300'],
    ['-p x profile create coder', 'profile:create -p x coder'],
    ['--backend s6 gateway start', 'gateway:start --backend s6'],
    ['--backend=s6 -p x gateway start y', 'gateway:start --backend=s6 -p x y'],
    ['profile', 'profile'],
    ['gateway', 'gateway'],
    ['s6 boot', 's6:boot'],
    ['backend inspect s6', 'backend:inspect s6'],
  ]
  for (const [written, meant] of same) {
    it(`takes "${written}" as "${meant}"`, () => {
      expect(normalise(written)).to.equal(meant)
    })
  }

  it('knows the backend that was named, the last one, never behind --', () => {
    const named = (line: string): string | undefined => backendNamed(line.split(' '))
    expect(named('gateway:start --backend s6 x')).to.equal('s6')
    expect(named('gateway:start --backend=s6 --backend systemd')).to.equal('systemd')
    expect(named('gateway:start --backend=')).to.equal('')
    expect(named('gateway:start --backend')).to.equal(undefined)
    expect(named('gateway:start -- --backend s6')).to.equal(undefined)
    expect(named('--backend s6')).to.equal(undefined)
  })

  it('never looks behind --', () => {
    expect(normalise('gateway start -- -p coder')).to.equal('gateway:start -- -p coder')
    expect(normalise('-- -p coder gateway start')).to.equal('-- -p coder gateway start')
  })

  it('leaves a value that looks like a command alone', () => {
    expect(normalise('-p gateway gateway start')).to.equal('gateway:start -p gateway')
  })

  it('answers a lone -p with help, and drops it before help', () => {
    expect(normalise('-p coder')).to.equal('--help')
    expect(normalise('')).to.equal('--help')
    expect(normalise('-p coder help gateway start')).to.equal('help gateway start')
    expect(normalise('gateway start --help')).to.equal('gateway:start --help')
    expect(normalise('--version')).to.equal('--version')
  })

  it('leaves what is no command for oclif to explain, its flags behind it', () => {
    expect(normalise('gatewy start')).to.equal('gatewy:start')
    expect(normalise('-p coder gatewy')).to.equal('gatewy -p coder')
    expect(normalise('gateway strat')).to.equal('gateway:strat')
    expect(normalise('-p coder gateway strat --all')).to.equal('gateway:strat -p coder --all')
    expect(normalise('autocomplete bash')).to.equal('autocomplete bash')
  })

  it('leaves a flag without its value to the parser', () => {
    expect(normalise('gateway start -p')).to.equal('gateway:start -p')
  })
})
