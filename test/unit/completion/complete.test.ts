import {expect} from 'chai'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'

import {catalogueOf} from '#hermes/completion/catalogue.js'
import {complete} from '#hermes/completion/complete.js'
import type {Answer} from '#hermes/completion/types.js'

import {root} from '../../support/directories.js'

const json = (path: string): unknown => JSON.parse(readFileSync(join(root, path), 'utf8'))
const plugin = (name: string, directory: string) => ({
  manifest: json(join(directory, 'oclif.manifest.json')),
  name,
  package: json(join(directory, 'package.json')),
  users: false,
})
const catalogue = catalogueOf([
  plugin('hermes-cli', '.'),
  plugin('@hermes-cli/backend-s6', 'src/backends/s6'),
  plugin('@oclif/plugin-plugins', 'node_modules/@oclif/plugin-plugins'),
  plugin('@oclif/plugin-help', 'node_modules/@oclif/plugin-help'),
  {manifest: undefined, name: 'hermes-weather', package: {}, users: true},
])

/** The line is cut at blanks; a blank at its end begins a new word. */
function answer(line: string, profiles = ['default', 'coder', 'writer']): Answer {
  const words = line.split(' ')
  return complete(words.slice(0, -1), words.at(-1)!, {catalogue, profiles: () => profiles.map((value) => ({value}))})
}

const offered = (line: string): string[] => answer(line).candidates.map(({value}) => value)

describe('what may stand at the cursor', () => {
  const PROFILES = ['default', 'coder', 'writer']
  const exact: Array<[string, string[]]> = [
    ['-p ', PROFILES],
    ['--profile ', PROFILES],
    ['--profile=', PROFILES.map((name) => `--profile=${name}`)],
    ['-pco', ['-pcoder']],
    ['gateway start -p ', PROFILES],
    ['gateway start ', PROFILES],
    ['gateway:start ', PROFILES],
    ['gateway -p x start --p', ['--profile'].slice(1)],
    ['gateway start coder ', ['default', 'writer']],
    ['gateway start coder writer default ', []],
    ['gateway start -- co', ['coder']],
    ['gateway start --all ', []],
    ['-p coder gateway start ', []],
    ['profile show ', PROFILES],
    ['profile show coder ', []],
    ['profile rename co', ['coder']],
    ['profile rename coder ', []],
    ['profile create ', []],
    ['profile create new --clone-from w', ['writer']],
    ['container reconcile --foreground c', ['coder']],
    ['-p coder gateway sta', ['start', 'status']],
    ['--json gateway sta', ['start', 'status']],
    ['gateway:sta', ['gateway:start', 'gateway:status']],
    ['help gateway sta', ['start', 'status']],
    ['help gate', ['gateway']],
    ['--backend ', ['s6']],
    ['backend inspect ', ['s6']],
    ['plugins uninstall ', ['hermes-weather']],
    ['s6 ', ['boot', 'shutdown']],
    ['gateway logs -n ', []],
    ['gateway strat ', []],
    ['gateway strat sta', []],
    ['nothing such ', []],
    ['nothing such --', []],
    ['gateway start --all --al', []],
    ['gateway start --system --us', []],
    ['gateway install --start-n', ['--start-now']],
    ['gateway install --no-', ['--no-start', '--no-start-now', '--no-start-on-login']],
    ['gateway start -- --', []],
    ['completion ', ['install', 'uninstall', 'bash', 'zsh', 'fish', 'powershell']],
    ['completion install f', ['fish']],
    ['constructor', []],
    ['__proto__ ', []],
  ]
  for (const [line, wanted] of exact)
    it(`hermes ${line}`, () => {
      expect(offered(line)).to.have.members(wanted)
    })

  it('is every topic and command where nothing stands, in short words', () => {
    const values = offered('')
    expect(values).to.include.members(['gateway', 'profile', 'doctor', 'completion', 'plugins', 's6', 'help'])
    expect(values.filter((value) => value.includes(':'))).to.deep.equal([])
    expect(new Set(values).size).to.equal(values.length)
    expect(answer('').candidates.find(({value}) => value === 'gateway')?.description).to.equal(
      'Start, stop and watch the gateway of a profile',
    )
  })

  it('is every flag of a command, with what it is for', () => {
    expect(offered('gateway logs -')).to.include.members(['--follow', '-f', '--lines', '-n', '--profile', '-p', '--json', '--help'])
    expect(answer('gateway logs --fol').candidates).to.deep.equal([{description: 'Go on with new lines until Ctrl-C', value: '--follow'}])
    expect(offered('--')).to.include.members(['--help', '--version', '--profile', '--json'])
  })

  it('is a path where a directory is meant', () => {
    expect(answer('container reconcile --home ')).to.deep.equal({candidates: [], fallback: 'directory'})
    expect(answer('plugins link ').fallback).to.equal('directory')
  })

  it('asks for profiles only where one is meant', () => {
    const asked = (line: string): boolean => {
      let was = false
      const words = line.split(' ')
      complete(words.slice(0, -1), words.at(-1)!, {
        catalogue,
        profiles() {
          was = true
          return []
        },
      })
      return was
    }

    expect(['', 'gateway ', 'gateway st', '--backend ', 'gateway logs -'].filter((line) => asked(line))).to.deep.equal([])
    expect(asked('-p ')).to.equal(true)
  })

  it('never throws, whatever stands there', () => {
    const odd = [
      '-',
      '--',
      '---',
      '--=',
      '-=',
      '=',
      ':',
      '::',
      'gateway::',
      ':gateway',
      '-p=',
      '--profile==',
      '\n',
      '\0',
      'a'.repeat(100_000),
      '__proto__',
      'toString',
      '--__proto__=x',
      '-pp',
    ]
    for (const one of odd) for (const other of odd) expect(complete([one, other], one, {catalogue, profiles: () => []})).to.be.an('object')
  })
})

describe('the catalogue', () => {
  it('leaves out whatever a manifest should not hold', () => {
    const bad: unknown[] = [undefined, null, 7, 'x', [], {commands: 7}, {commands: null}, {commands: []}, {commands: {a: null, b: 7}}]
    for (const manifest of bad)
      for (const pjson of [undefined, null, 7, [], {oclif: 7, hermes: null}, {oclif: {topics: [1]}, hermes: {backends: {}}}])
        expect([...catalogueOf([{manifest, name: 'bad', package: pjson, users: true}]).ids]).to.deep.equal([])
  })

  it('offers nothing that a shell would read as more than a word', () => {
    const evil = [
      '$(id)',
      '`id`',
      'a b',
      'a;b',
      'a|b',
      'a&b',
      "a'b",
      'a"b',
      'a\nb',
      'a\tb',
      '*',
      '~',
      '#a',
      '!a',
      'a>b',
      '-rf',
      '',
      '\\',
      '{a,b}',
      '[a]',
      'ü',
      '%a',
      '^',
    ]
    const found = catalogueOf([
      {
        manifest: {
          commands: {
            ok: {
              args: {x: {options: evil}},
              flags: {f: {options: evil, type: 'option'}, ...Object.fromEntries(evil.map((name) => [name, {type: 'boolean'}]))},
              id: 'ok',
            },
            ...Object.fromEntries(evil.map((id) => [id, {id}])),
          },
        },
        name: 'evil',
        package: {
          hermes: {backends: evil.map((kind) => ({kind}))},
          oclif: {topics: Object.fromEntries(evil.map((topic) => [topic, {description: 'x'}]))},
        },
        users: true,
      },
    ])
    expect([...found.ids.keys()]).to.deep.equal(['ok'])
    expect([found.backends, [...found.topics]]).to.deep.equal([[], []])
    const ok = found.command('ok')!
    expect([ok.args[0]!.options, ok.flags.map(({name, options}) => [name, options])]).to.deep.equal([[], [['f', []]]])
  })

  it('describes in one line, without what a terminal would obey', () => {
    const summary = 'First \u001B[31mline\nsecond. Another sentence.'
    const found = catalogueOf([{manifest: {commands: {ok: {id: 'ok', summary}}}, name: 'x', package: {}, users: true}])
    expect(found.ids.get('ok')).to.equal('First [31mline second')
  })

  it('gives a name to who comes first', () => {
    const of = (summary: string) => ({manifest: {commands: {one: {id: 'one', summary}}}, name: summary, package: {}, users: true})
    expect(catalogueOf([of('first'), of('second')]).ids.get('one')).to.equal('first')
  })
})
