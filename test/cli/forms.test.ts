import {expect} from 'chai'
import {execa} from 'execa'
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {cleanEnvironment, hermesIn, NO_SUPERVISOR, type Hermes} from '../support/cli.js'
import {cleanUpDirectories, root, temporaryDirectory} from '../support/directories.js'

cleanUpDirectories()

describe('the command line', () => {
  let home: string
  let hermes: Hermes

  beforeEach(() => {
    home = temporaryDirectory()
    hermes = hermesIn(home, NO_SUPERVISOR)
  })

  it('takes profile create in every form', async () => {
    for (const words of [
      ['profile:create', 'a1'],
      ['profile', 'create', 'a2'],
      ['--json', 'profile', 'create', 'a3'],
    ]) {
      const made = await hermes(...words)
      expect(made.code, words.join(' ') + made.stderr).to.equal(0)
    }

    const listed = (await hermes('profile', '--json')).json()
    expect(listed.profiles.map(({name}: {name: string}) => name)).to.deep.equal(['default', 'a1', 'a2', 'a3'])
  })

  it('takes -p before, between and after', async () => {
    await hermes('profile:create', 'coder')
    for (const words of [
      ['gateway:status', '-p', 'coder', '--json'],
      ['gateway', 'status', '-p', 'coder', '--json'],
      ['-p', 'coder', 'gateway', 'status', '--json'],
      ['--json', '--profile=coder', 'gateway', 'status'],
      ['gateway', '-p', 'coder', 'status', '--json'],
      ['gateway', 'status', 'coder', '--json'],
    ]) {
      const status = await hermes(...words)
      expect(status.code, words.join(' ')).to.equal(3)
      expect(status.json().profile, words.join(' ')).to.equal('coder')
    }
  })

  it('takes names from the command line and never from stdin, where they may be meant for another', async () => {
    const fed = async (...words: string[]): Promise<{code: number; stdout: string}> => {
      const {exitCode, stdout} = await execa(process.execPath, [join(root, 'bin/run.js'), ...words], {
        env: cleanEnvironment(home, NO_SUPERVISOR),
        extendEnv: false,
        input: 'nosuch\n',
        reject: false,
      })
      return {code: exitCode ?? -1, stdout}
    }

    const status = await fed('gateway', 'status', '--json')
    expect(JSON.parse(status.stdout).profile).to.equal('default')
    expect((await fed('profile', 'create', '--json')).code).to.equal(2)
    expect((await fed('help')).code).to.equal(0)
  })

  it('says where the log is when no service manager can be asked, and which one there is not', async () => {
    await hermes('profile', 'create', 'coder')
    const directory = join(home, 'logs/gateways/coder')
    mkdirSync(directory, {recursive: true})
    expect((await hermes('gateway', 'logs', 'coder', '--json')).json().error.suggestions.join(',')).not.to.contain(directory)
    writeFileSync(join(directory, 'current'), 'its last words\n')
    const refused = await hermesIn(home, {...NO_SUPERVISOR, HERMES_BACKEND: 's7'})('gateway', 'logs', 'coder', '--json')
    const {error} = refused.json()
    expect(refused.code).to.equal(69)
    expect(error.suggestions[0]).to.equal(`Read what was kept: tail ${join(directory, 'current')}`)
    expect(error.message).to.contain('"s7", which no installed plugin has')
  })

  it('tells a wrong flag of s6 boot and s6 shutdown like any other', async () => {
    for (const verb of ['boot', 'shutdown']) {
      const refused = await hermes('s6', verb, '--nosuch', '--json')
      expect(refused.code).to.equal(2)
      const suggestions = [`hermes s6 ${verb} --help`]
      expect(refused.json().error).to.deep.equal({code: 'usage', exit: 2, message: 'Nonexistent flag: --nosuch', suggestions})
    }
  })

  it('chooses the profile: -p, then HERMES_PROFILE, then profile:use, then default', async () => {
    for (const name of ['flagged', 'named', 'sticky']) await hermes('profile:create', name)
    const which = async (extra: Record<string, string>, ...args: string[]): Promise<string> =>
      (await hermesIn(home, {...NO_SUPERVISOR, ...extra})('gateway:status', '--json', ...args)).json().profile
    expect(await which({})).to.equal('default')
    expect((await hermes('profile:use', 'sticky')).code).to.equal(0)
    expect(await which({})).to.equal('sticky')
    expect(await which({HERMES_PROFILE: 'named'})).to.equal('named')
    expect(await which({HERMES_PROFILE: 'named'}, '-p', 'flagged')).to.equal('flagged')
  })

  it('answers help and version in every form with 0', async () => {
    for (const words of [
      [],
      ['-p', 'coder'],
      ['help'],
      ['--help'],
      ['gateway', '--help'],
      ['gateway', 'start', '--help'],
      ['help', 'gateway', 'start'],
      ['-p', 'x', 'help', 'gateway:start'],
      ['--version'],
    ]) {
      const help = await hermes(...words)
      expect(help.code, words.join(' ') + help.stderr).to.equal(0)
      expect(help.stdout, words.join(' ')).to.match(/hermes/)
    }
  })

  it('calls a usage error one: exit 2, no stack, no help dump', async () => {
    for (const words of [
      ['gateway:start', '--no-such-flag'],
      ['backend', 'extra-word', 'another'],
      ['backend:inspect', 'one', 'two'],
      ['gateway', 'logs', '-n', 'many'],
      ['profile:create'],
      ['profile', 'create', 'Bad/Name'],
      ['gateway', 'start', '--all', '-p', 'coder'],
    ]) {
      const {code, stderr, stdout} = await hermes(...words)
      expect(code, `${words.join(' ')}: ${stderr}`).to.equal(2)
      expect(stderr, words.join(' '))
        .to.match(/^Error: /)
        .and.not.match(/\n\s+at /)
      expect(stdout).to.equal('')
    }
  })

  it('tells errors as JSON with the same exit code and nothing else on stdout', async () => {
    const cases: Array<[string[], number, string]> = [
      [['profile:show', 'nobody', '--json'], 4, 'profile-not-found'],
      [['profile:create', 'UPPER', '--json'], 2, 'invalid-name'],
      [['gateway:start', '-p', 'default', '--json'], 69, 'no-service-manager'],
      [['--json', 'profile', 'show', '--no-such-flag'], 2, 'usage'],
      [['profile:delete', 'nobody', '--json'], 4, 'profile-not-found'],
      [['gateway', 'strat', '--json'], 2, 'usage'],
    ]
    for (const [words, exit, code] of cases) {
      const result = await hermes(...words)
      expect(result.code, words.join(' ')).to.equal(exit)
      const {error} = result.json()
      expect(Object.keys(error).sort(), words.join(' ')).to.deep.equal(['code', 'exit', 'message', 'suggestions'])
      expect([error.code, error.exit], words.join(' ')).to.deep.equal([code, exit])
      expect(result.stdout).to.not.match(/\n\s+at /)
    }
  })

  it('says what was looked for when there is no service manager', async () => {
    const {code, stderr} = await hermes('gateway:start')
    expect(code).to.equal(69)
    expect(stderr)
      .to.include('no supported service manager detected')
      .and.include('s6:')
      .and.include('hermes s6 boot')
      .and.include('gateway:run')
  })

  it('suggests what a typo meant', async () => {
    const {code, stderr, stdout} = await hermes('gatewy', 'start')
    expect(code).to.not.equal(0)
    expect(stderr).to.include('Try: hermes gateway start')
    expect(stdout).to.equal('')
    expect(stderr).to.not.match(/\n\s+at /)
  })

  it('has an example in every command and says which need a service manager', () => {
    const {commands} = JSON.parse(readFileSync(join(root, 'oclif.manifest.json'), 'utf8')) as {
      commands: Record<string, {examples?: unknown[]; serviceManager?: string; summary?: string}>
    }
    expect(Object.keys(commands).length).to.be.greaterThan(14)
    for (const [id, {examples, serviceManager, summary}] of Object.entries(commands)) {
      expect(examples, id).to.be.an('array').that.is.not.empty
      expect(summary, id).to.be.a('string')
      expect(['none', 'optional', 'required'], id).to.include(serviceManager)
    }
  })
})
