import {expect} from 'chai'
import {mkdirSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {readConfig} from '#hermes/profile/config.js'
import {parseConfig} from '#hermes/profile/config-schema.js'

import {cleanUpDirectories, temporaryDirectory} from '../../support/directories.js'
import {failure} from '../../support/homes.js'

function problems(source: string): string {
  const result = parseConfig(source)
  if (result.ok) throw new Error(`taken as good: ${JSON.stringify(result.config)}`)
  return result.problems.join('\n')
}

function accepted(source: string) {
  const result = parseConfig(source)
  if (!result.ok) throw new Error(result.problems.join('\n'))
  return result
}

describe('A configuration', () => {
  cleanUpDirectories()

  it('may be empty, only comments, null or have keys of others', () => {
    for (const text of ['', '# nothing\n', '~', 'gateway:\n', 'model: {name: x}\nplatforms: [a]\n', '\uFEFFport: 9200\n']) {
      expect(accepted(text).config.gateway.drain_timeout, JSON.stringify(text)).to.equal(10)
    }
  })

  it('takes a port from 1 to 65535 and nothing that only looks like one', () => {
    for (const port of [1, 9200, 65_535]) expect(accepted(`port: ${port}`).config.port).to.equal(port)
    for (const port of ['0', '70000', '"9200"', '-1', '92.5', '.inf', '.nan', 'null', '[9200]', 'true', '1e99']) {
      expect(problems(`port: ${port}`), port).to.match(/^port must be/)
    }
  })

  it('names every wrong value with the path to it', () => {
    const told = problems('port: x\ngateway:\n  command: []\n  drain_timeout: -1\n  ready: {after: 1, port: 2}\n  environment: {A B: x}\n')
    expect(told).to.match(/^port must be a number$/m)
    expect(told).to.match(/^gateway\.command must be a list of words or one line for the shell$/m)
    expect(told).to.match(/^gateway\.drain_timeout cannot be negative$/m)
    expect(told).to.match(/^gateway\.ready must be one of/m)
    expect(told).to.match(/environment\.A B is no variable name/)
  })

  it('refuses NUL bytes wherever text reaches a process', () => {
    for (const key of [
      String.raw`command: "a\0b"`,
      String.raw`command: [a, "b\0"]`,
      String.raw`working_directory: "\0"`,
      String.raw`env_file: "\0"`,
      String.raw`environment: {A: "\0"}`,
    ]) {
      expect(problems(`gateway: {${key}}`), key).to.match(/NUL|must be/)
    }
  })

  it('refuses a top level that is no mapping, and a second document', () => {
    for (const text of ['[]', 'text', '12', '- a\n- b\n', '"port: 1"']) expect(problems(text), text).to.match(/top level must be a mapping/)
    expect(problems('port: 1\n---\nport: 2\n')).to.match(/more than one document/)
  })

  it('says where a line is wrong: tabs, duplicate keys, unclosed brackets', () => {
    expect(problems('gateway:\n\tcommand: x\n')).to.match(/[Tt]abs.* line 2/)
    expect(problems('port: 1\nport: 2\n')).to.equal('"port" is given twice, again at line 2, column 1')
    expect(problems('gateway: {command: [a\n')).to.match(/line 2/)
  })

  it('names the key that was most likely meant', () => {
    expect(accepted('gateway:\n  comand: node x.js\n  zork: 1\n').warnings).to.deep.equal([
      'gateway.comand is no key hermes knows; did you mean gateway.command?',
      'gateway.zork is no key hermes knows',
    ])
  })

  it('keeps __proto__ and the names of Object out of what it returns', () => {
    const {config, warnings} = accepted('__proto__: {port: 1}\ngateway:\n  __proto__: {command: evil}\n  toString: x\n  constructor: y\n')
    expect(config.port).to.equal(undefined)
    expect(config.gateway.command).to.equal(undefined)
    expect(Object.keys(config.gateway)).to.not.include.members(['toString', 'constructor'])
    expect(warnings.join('\n')).to.match(/gateway\.toString/)
    expect(({} as {port?: number}).port).to.equal(undefined)
  })

  it('ends an alias bomb', () => {
    const levels = Array.from({length: 12}, (_, i) => `l${i + 1}: &l${i + 1} [${Array.from({length: 9}, () => `*l${i}`).join(', ')}]`)
    expect(problems(`l0: &l0 [lol]\n${levels.join('\n')}\n`)).to.match(/[Aa]lias/)
  })

  it('refuses nesting ten thousand deep instead of falling over', () => {
    for (const text of ['['.repeat(10_000), `a: ${'['.repeat(10_000)}${']'.repeat(10_000)}`, '{a: '.repeat(10_000), '- '.repeat(10_000)]) {
      expect(problems(text)).to.not.equal('')
    }

    expect(problems(`a: ${'['.repeat(10_000)}${']'.repeat(10_000)}`)).to.match(/nested too deeply/)
  })

  it('judges the largest text it takes in time that grows with its length, however hostile', function () {
    this.timeout(120_000)
    const fill = (unit: string) => unit.repeat(Math.floor(262_144 / unit.length))
    const keys = Array.from({length: 46_000}, (_, i) => `${i.toString(36)}:`).join('\n')
    for (const text of [...['"', '[', '%\n', '*a ', '---\n'].map((unit) => fill(unit)), keys]) {
      const start = process.cpuUsage()
      parseConfig(text)
      // Time of this process alone: the machine may be busy. What is quadratic takes ten times as long.
      const seconds = process.cpuUsage(start).user / 1e6
      expect(seconds, JSON.stringify(text.slice(0, 10))).to.be.below(6)
    }
  })

  it('is refused by the file before it costs anything: 1 MB, a symlink, not UTF-8', async () => {
    const directory = temporaryDirectory()
    const file = join(directory, 'config.yaml')
    writeFileSync(file, 'a'.repeat(1_048_576))
    expect((await failure(readConfig(directory))).message).to.match(/more than 262144/)
    writeFileSync(file, Buffer.from([0x70, 0xff, 0xfe]))
    expect((await failure(readConfig(directory))).message).to.match(/not UTF-8/)
    const linked = join(directory, 'linked')
    mkdirSync(linked)
    symlinkSync(file, join(linked, 'config.yaml'))
    expect(await failure(readConfig(linked))).to.include({code: 'config-invalid'})
  })

  it('does not believe a cache that is no configuration', async () => {
    const directory = temporaryDirectory()
    writeFileSync(join(directory, 'config.yaml'), 'port: 9300\n')
    for (const config of [5, null, [], {gateway: null}, {gateway: {}}]) {
      writeFileSync(join(directory, '.config-cache.json'), JSON.stringify({config, source: 'port: 9300\n', version: 1}))
      expect((await readConfig(directory)).gateway.drain_timeout).to.equal(10)
    }
  })
})
