import {expect} from 'chai'
import {execa, execaSync} from 'execa'
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import {join} from 'node:path'

import {cleanEnvironment, hermesIn, type Hermes} from '../support/cli.js'
import {addPlugin, addProfile, HOSTILE_NAMES, put} from '../support/completion-home.js'
import {cleanUpDirectories, root, temporaryDirectory} from '../support/directories.js'

cleanUpDirectories()

const BEGIN = '# >>> hermes completion >>>'

describe('an answer to TAB', () => {
  let home: string

  beforeEach(() => {
    home = temporaryDirectory()
  })

  const answered = async (words: string[], extra: Record<string, string> = {}): Promise<string[]> => {
    const environment = cleanEnvironment(home, {XDG_DATA_HOME: join(home, '.local/share'), ...extra})
    const options = {env: environment, extendEnv: false, reject: false, timeout: 20_000} as const
    const {exitCode, stderr, stdout} = await execa(process.execPath, [join(root, 'bin/run.js'), '__complete', ...words], options)
    expect([exitCode, stderr], words.join(' ')).to.deep.equal([0, ''])
    return stdout === '' ? [] : stdout.split('\n')
  }

  it('is given in the form of each shell', async () => {
    addProfile(home, 'coder')
    expect(await answered(['bash', 'hermes -p co', ' :='])).to.deep.equal(['coder'])
    expect(await answered(['bash', 'hermes gateway:rest', ' :='])).to.deep.equal(['restart'])
    expect(await answered(['bash', 'hermes gateway:rest', ' '])).to.deep.equal(['gateway:restart'])
    expect(await answered(['zsh', '--', '-p', 'co'])).to.deep.equal(['coder\tProfile'])
    expect(await answered(['fish', '--', '-p', '"co'])).to.deep.equal(['coder\tProfile'])
    expect(await answered(['powershell'], {HERMES_COMPLETE_LINE: "hermes -p 'co"})).to.deep.equal(['coder\tProfile'])
    expect(await answered(['powershell'], {HERMES_COMPLETE_LINE: 'hermes gateway '})).to.include(
      'restart\tReplace the running process by a new one',
    )
  })

  it('is nothing, without a word, for whatever else', async () => {
    for (const words of [[], ['tcsh'], ['bash'], ['zsh'], ['powershell'], ['fish', '--'], ['constructor']]) await answered(words)
    expect(await answered(['tcsh', 'hermes '])).to.deep.equal([])
  })

  it('has profiles only: no odd name, no deleted one, no directory without its marker', async () => {
    for (const name of ['coder', 'gone', ...HOSTILE_NAMES]) addProfile(home, name)
    put(join(home, 'profiles/.deleted/gone'), '')
    mkdirSync(join(home, 'profiles/empty'))
    put(join(home, 'profiles/file'), '')
    addProfile(home, 'default')
    expect(await answered(['bash', 'hermes -p ', ' '])).to.deep.equal(['default', 'coder'])
  })

  it("has a plugin's commands, installed or linked, and survives broken ones", async () => {
    const data = join(home, '.local/share/hermes')
    const at = addPlugin(data)
    expect(await answered(['bash', 'hermes weather ', ' '])).to.deep.equal(['show', 'broken'])
    writeFileSync(join(data, 'package.json'), JSON.stringify({oclif: {plugins: [{name: 'hermes-weather', root: at, type: 'link'}]}}))
    expect(await answered(['bash', 'hermes weather s', ' '])).to.deep.equal(['show'])
    for (const broken of ['', '{', '[]', 'null', '{"commands": 7}', 'x'.repeat(5_000_000)]) {
      writeFileSync(join(at, 'oclif.manifest.json'), broken)
      expect(await answered(['bash', 'hermes weather ', ' '])).to.deep.equal([])
      expect(await answered(['bash', 'hermes --backend ru', ' '])).to.deep.equal(['runit'])
    }

    rmSync(join(at, 'oclif.manifest.json'))
    execaSync('mkfifo', [join(at, 'oclif.manifest.json')])
    expect(await answered(['bash', 'hermes gateway rest', ' '])).to.deep.equal(['restart'])
    for (const broken of ['', '{"oclif": {"plugins": {}}}', '7']) {
      writeFileSync(join(data, 'package.json'), broken)
      expect(await answered(['bash', 'hermes gateway rest', ' '])).to.deep.equal(['restart'])
    }
  })

  it('does not mind a home that is none', async () => {
    for (const bad of ['/dev/null/x', '/dev/null', join(home, 'nowhere'), 'relative'])
      expect(await answered(['bash', 'hermes -p ', ' '], {HERMES_HOME: bad}), bad).to.deep.equal(['default'])
  })

  it('writes nothing', async () => {
    await answered(['bash', 'hermes -p ', ' '])
    expect(readdirSync(home)).to.deep.equal([])
  })
})

describe('completion install', () => {
  let home: string
  let rc: string
  let hermes: Hermes

  beforeEach(() => {
    home = temporaryDirectory()
    rc = join(home, '.bashrc')
    hermes = hermesIn(home, {SHELL: '/bin/bash', XDG_DATA_HOME: join(home, 'data')})
  })

  const script = (): string => join(home, 'data/hermes/completion/hermes.bash')

  it('puts one block behind what is there, once, and takes it away to the byte', async () => {
    for (const text of ['', 'alias x=y\n', '# no end of line', 'a\r\nb\r\n', '\n\n', `x\n${BEGIN.slice(0, 8)}\n`]) {
      writeFileSync(rc, text, {mode: 0o640})
      const first = await hermes('completion', 'install')
      expect(first.code, first.stderr).to.equal(0)
      const installed = readFileSync(rc, 'utf8')
      expect(installed.startsWith(text)).to.equal(true)
      expect(installed.split(BEGIN)).to.have.length(2)
      expect(statSync(rc).mode & 0o777).to.equal(0o640)
      const again = await hermes('completion', 'install', 'bash', '--json')
      expect(again.json().changes.map(({action}: {action: string}) => action)).to.deep.equal(['none', 'none'])
      expect(readFileSync(rc, 'utf8')).to.equal(installed)
      expect((await hermes('completion', 'uninstall')).code).to.equal(0)
      expect(readFileSync(rc, 'utf8')).to.equal(text === '' || text.endsWith('\n') ? text : `${text}\n`)
      expect(existsSync(join(home, 'data/hermes/completion'))).to.equal(false)
      expect((await hermes('completion', 'uninstall')).code).to.equal(0)
    }
  })

  it('mends an old block, and leaves what others write around it', async () => {
    writeFileSync(rc, `before\n${BEGIN}\nold\n# <<< hermes completion <<<\nafter\n${BEGIN}\nolder\n# <<< hermes completion <<<\n`)
    await hermes('completion', 'install')
    expect(readFileSync(rc, 'utf8')).to.match(/^before\nafter\n# >>> hermes completion >>>\n[^]*\n# <<< hermes completion <<<\n$/)
    appendTo(rc, 'later\n')
    const text = readFileSync(rc, 'utf8')
    await hermes('completion', 'install')
    expect(readFileSync(rc, 'utf8')).to.equal(text)
  })

  const appendTo = (path: string, text: string): void => writeFileSync(path, readFileSync(path, 'utf8') + text)

  it('changes nothing with --dry-run, and says what it would do', async () => {
    const {code, stdout} = await hermes('completion', 'install', '--dry-run')
    expect([code, stdout]).to.deep.equal([0, `would create ${script()}\nwould create ${rc}`])
    expect(readdirSync(home)).to.deep.equal([])
    await hermes('completion', 'install')
    expect((await hermes('completion', 'uninstall', '--dry-run')).stdout).to.equal(`would change ${rc}\nwould remove ${script()}`)
    expect(existsSync(script())).to.equal(true)
  })

  it('refuses damaged marks, a file of others, one that is no text, and says how to do it by hand', async () => {
    const refused = async (what: string): Promise<void> => {
      const before = existsSync(rc) && statSync(rc).isFile() ? readFileSync(rc) : undefined
      for (const verb of ['install', 'uninstall']) {
        const {code, stderr} = await hermes('completion', verb)
        expect(code, what).to.equal(1)
        expect(stderr, what)
          .to.match(/^Error: /)
          .and.include('hermes completion bash')
      }

      expect(existsSync(join(home, 'data')), what).to.equal(false)
      if (before) expect(readFileSync(rc).equals(before), what).to.equal(true)
    }

    for (const text of [`${BEGIN}\nx\n`, `# <<< hermes completion <<<\n`, `${BEGIN}\n${BEGIN}\n# <<< hermes completion <<<\n`]) {
      writeFileSync(rc, text)
      await refused(text)
    }

    writeFileSync(rc, Buffer.from([0x61, 0xe9, 0x0a]))
    await refused('Latin-1')
    rmSync(rc)
    mkdirSync(rc)
    await refused('a directory')
  })

  it('writes through a link of the user to their file, and leaves the link', async () => {
    put(join(home, 'dotfiles/bashrc'), 'mine\n')
    symlinkSync('dotfiles/bashrc', rc)
    const {stdout} = await hermes('completion', 'install')
    expect(stdout).to.include(`${rc} (a link to ${join(home, 'dotfiles/bashrc')})`)
    expect(lstatSync(rc).isSymbolicLink()).to.equal(true)
    expect(readFileSync(join(home, 'dotfiles/bashrc'), 'utf8')).to.include(BEGIN)
  })

  it("touches nothing of another user's, link or file", async function () {
    if (process.getuid?.() !== 0) this.skip()
    const other = join(home, 'other')
    put(other, 'theirs\n')
    chownSync(other, 12_345, 12_345)
    symlinkSync(other, rc)
    const told = await hermes('completion', 'install')
    expect(told.code, told.stderr).to.equal(77)
    expect(readFileSync(other, 'utf8')).to.equal('theirs\n')
    rmSync(rc)
    put(rc, 'theirs\n')
    chownSync(rc, 12_345, 12_345)
    expect((await hermes('completion', 'install')).code).to.equal(77)
    rmSync(rc)
    chownSync(home, 12_345, 12_345)
    expect((await hermes('completion', 'install')).code).to.equal(77)
    expect(existsSync(rc)).to.equal(false)
    chownSync(home, 0, 0)
  })

  it('does not overwrite a completion of fish that somebody else wrote', async () => {
    const path = join(home, '.config/fish/completions/hermes.fish')
    put(path, 'complete -c hermes\n')
    const fish = hermesIn(home, {SHELL: '/usr/bin/fish', XDG_CONFIG_HOME: join(home, '.config')})
    for (const verb of ['install', 'uninstall']) expect((await fish('completion', verb)).code).to.equal(1)
    expect(readFileSync(path, 'utf8')).to.equal('complete -c hermes\n')
    expect((await fish('completion', 'install', '--file', 'x')).code).to.equal(2)
  })

  it('keeps a path with a quote in it a path', async () => {
    const odd = join(home, "it's $(touch PWNED)")
    const in_ = hermesIn(home, {HOME: home, SHELL: '/bin/bash', XDG_DATA_HOME: odd})
    expect((await in_('completion', 'install')).code).to.equal(0)
    const {stderr, stdout} = await execa('bash', ['--rcfile', rc, '-i', '-c', 'complete -p hermes'], {
      cwd: home,
      env: {HOME: home},
      reject: false,
    })
    expect(stdout, stderr).to.equal('complete -F _hermes_complete hermes')
    expect(existsSync(join(home, 'PWNED'))).to.equal(false)
  })

  it('says which shells there are where it knows none', async () => {
    const {code, stderr} = await hermesIn(home, {SHELL: '/bin/tcsh'})('completion', 'install')
    expect(code).to.equal(2)
    expect(stderr).to.include('/bin/tcsh').and.include('hermes completion install zsh')
    const asked = await hermes('completion', 'tcsh')
    expect(asked.code).to.equal(2)
  })

  it('edits the file that was named', async () => {
    const {code} = await hermes('completion', 'install', '--file', join(home, '.bash_profile'))
    expect(code).to.equal(0)
    expect(existsSync(rc)).to.equal(false)
    expect(readFileSync(join(home, '.bash_profile'), 'utf8')).to.include(BEGIN)
  })

  it('writes the profile that PowerShell names, and its usual place where it is not installed', async () => {
    const place = join(home, 'Documents/profile.ps1')
    const bin = join(home, 'bin')
    put(join(bin, 'pwsh'), `#!/bin/sh\nprintf '%s\\n' '${place}'\n`)
    chmodSync(join(bin, 'pwsh'), 0o755)
    const extra = {PATH: `${bin}:${process.env.PATH}`, XDG_DATA_HOME: join(home, 'data')}
    expect((await hermesIn(home, extra)('completion', 'install', 'powershell')).code).to.equal(0)
    expect(readFileSync(place, 'utf8')).to.include(`Test-Path -LiteralPath '${join(home, 'data/hermes/completion/hermes.ps1')}'`)
    expect(readFileSync(join(home, 'data/hermes/completion/hermes.ps1'), 'utf8')).to.include('Register-ArgumentCompleter -Native')
  })

  it('has scripts that their shells can read', async () => {
    for (const shell of ['bash', 'zsh', 'fish']) {
      const {stdout} = await hermes('completion', shell)
      const path = join(home, shell)
      writeFileSync(path, `${stdout}\n`)
      const {exitCode, stderr} = await execa(shell, ['-n', path], {reject: false})
      if (exitCode !== undefined) expect(stderr, shell).to.equal('')
    }
  })
})
