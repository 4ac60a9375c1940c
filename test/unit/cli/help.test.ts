import {expect} from 'chai'
import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'

import {normaliseArgv} from '#hermes/cli/argv.js'
import {grouped, inOrder} from '#hermes/cli/help/order.js'
import {POSIX, readTyped} from '#hermes/completion/words.js'

import {root} from '../../support/directories.js'

interface Flag {
  allowNo?: boolean
  char?: string
  dependsOn?: string[]
  exclusive?: string[]
  options?: string[]
  type: string
}

interface Manifested {
  aliases: string[]
  args: Record<string, {options?: string[]; required?: boolean}>
  description?: string
  examples?: string[]
  flags: Record<string, Flag>
  id: string
  strict: boolean
  summary?: string
}

const manifests = ['.', ...readdirSync(join(root, 'src/backends')).map((name) => `src/backends/${name}`)]
const commands = manifests.flatMap((directory) =>
  Object.values(
    (JSON.parse(readFileSync(join(root, directory, 'oclif.manifest.json'), 'utf8')) as {commands: Record<string, Manifested>}).commands,
  ),
)
const names = commands.flatMap(({aliases, args, id, strict}) =>
  [id, ...aliases].map((name) => ({id: name, takesWords: strict === false || Object.keys(args).length > 0})),
)

/** What is wrong with one example of a command, as somebody who types it would find out. */
function problemWith(example: string, command: Manifested): string | undefined {
  const line = example
    .replaceAll('<%= config.bin %>', 'hermes')
    .replaceAll('<%= command.id %>', command.id.replaceAll(':', ' '))
    .replace(/ [>|] .*$/, '')
  const {current, words} = readTyped(line, POSIX)
  const all = [...words, current]
  const at = all.indexOf('hermes')
  if (at === -1 || all.slice(0, at).some((word) => word !== 'sudo' && !word.includes('='))) return 'does not call hermes'
  const [id, ...rest] = normaliseArgv(all.slice(at + 1), names)
  if (id !== command.id && !command.aliases.includes(id!)) return `calls ${id}`
  if (all[at + 1]?.includes(':')) return 'is in the form with a colon'
  const given = new Set<string>()
  const values: string[] = []
  for (let index = 0; index < rest.length; index++) {
    const word = rest[index]!
    if (!word.startsWith('-')) {
      values.push(word)
      continue
    }

    const found = Object.entries(command.flags).find(([name, {allowNo, char}]) =>
      [`--${name}`, `-${char}`, allowNo ? `--no-${name}` : ''].includes(word),
    )
    if (!found) return `has an unknown flag ${word}`
    given.add(found[0])
    const value = found[1].type === 'option' ? rest[++index] : undefined
    if (found[1].type === 'option' && value === undefined) return `gives no value to ${word}`
    if (value !== undefined && found[1].options && !found[1].options.includes(value)) return `gives a wrong value to ${word}`
  }

  const args = Object.values(command.args)
  if (values.length > args.length && command.strict) return 'has too many words'
  if (values.length < args.filter(({required}) => required).length) return 'has too few words'
  if (args.some(({options}, index) => values[index] !== undefined && options && !options.includes(values[index]))) return 'has a wrong word'
  for (const name of given) {
    const {dependsOn = [], exclusive = []} = command.flags[name]!
    if (dependsOn.some((other) => !given.has(other))) return `--${name} needs ${dependsOn.join(', ')}`
    if (exclusive.some((other) => given.has(other))) return `--${name} does not go with ${exclusive.join(', ')}`
  }

  return undefined
}

describe('the help of every command', () => {
  it('says in a line what it does, and has an example', () => {
    expect(commands.length).to.be.greaterThan(20)
    for (const {examples, id, summary} of commands) {
      expect(summary, id)
        .to.be.a('string')
        .and.match(/^[A-Z`].*[^.]$/)
      expect(summary!.length, id).to.be.at.most(80)
      expect(examples, id).to.be.an('array').that.is.not.empty
    }
  })

  it('has only examples that can be typed', () => {
    const problems = commands.flatMap((command) =>
      (command.examples ?? []).map((example) => [example, problemWith(example, command)] as const).filter(([, problem]) => problem),
    )
    expect(problems).to.deep.equal([])
  })

  it('would find an example that cannot be', () => {
    const install = commands.find(({id}) => id === 'gateway:install')!
    for (const bad of [
      'hermes gateway:install',
      'hermes gateway instal',
      'gateway install',
      'hermes gateway install --nope',
      'hermes gateway install -p',
      'hermes gateway install --run-as-user ada',
      'hermes gateway install --system --user',
    ]) {
      expect(problemWith(bad, install), bad).to.be.a('string')
    }

    const completion = commands.find(({id}) => id === 'completion')!
    for (const bad of ['hermes completion', 'hermes completion tcsh', 'hermes completion bash zsh'])
      expect(problemWith(bad, completion), bad).to.be.a('string')
  })

  it('describes every flag and argument', () => {
    const bare = commands.flatMap(({args, flags, id}) =>
      Object.entries({...args, ...flags})
        .filter(([, value]) => !(value as {description?: string}).description)
        .map(([name]) => `${id} ${name}`),
    )
    expect(bare).to.deep.equal([])
  })
})

describe('the order of the help', () => {
  it('is that of use, and what nobody knows comes last', () => {
    expect(inOrder('gateway', ['gateway:list', 'gateway:zap', 'gateway:stop', 'gateway:start', 'gateway:abc'])).to.deep.equal([
      'gateway:start',
      'gateway:stop',
      'gateway:list',
      'gateway:abc',
      'gateway:zap',
    ])
    expect(inOrder('weather', ['weather:b', 'weather:a'])).to.deep.equal(['weather:a', 'weather:b'])
  })

  it('leaves out empty groups and nothing else', () => {
    expect(grouped(['help', 'gateway', 'weather', 'autocomplete', 'profile'])).to.deep.equal([
      {names: ['profile', 'gateway'], title: 'every day'},
      {names: ['help'], title: 'hermes itself'},
      {names: ['weather'], title: 'from plugins'},
    ])
  })
})
