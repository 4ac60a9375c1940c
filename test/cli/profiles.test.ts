import {expect} from 'chai'
import {chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {hermesIn, NO_SUPERVISOR, type Hermes} from '../support/cli.js'
import {cleanUpDirectories, temporaryDirectory} from '../support/directories.js'

cleanUpDirectories()

describe('profiles from the command line, with no service manager', () => {
  let home: string
  let hermes: Hermes

  beforeEach(() => {
    home = temporaryDirectory()
    hermes = hermesIn(home, NO_SUPERVISOR)
  })

  it('creates, shows, renames and deletes', async () => {
    const made = await hermes('profile:create', 'coder', '--command', 'node agent.js', '--json')
    expect(made.code, made.stderr).to.equal(0)
    expect(made.json()).to.include({command: 'node agent.js', name: 'coder', registered: false})
    const directory = join(home, 'profiles/coder')
    expect(statSync(directory).mode & 0o777).to.equal(0o700)
    expect(statSync(join(directory, 'config.yaml')).mode & 0o777).to.equal(0o600)
    expect(existsSync(join(directory, 'gateway_intent.json'))).to.equal(false)

    const {port} = (await hermes('profile:show', 'coder', '--json')).json()
    expect(port).to.be.within(9200, 9799)
    expect((await hermes('profile', 'rename', 'coder', 'senior')).code).to.equal(0)
    expect((await hermes('profile', 'show', 'senior', '--json')).json().port).to.equal(port)
    expect((await hermes('profile', 'show', 'coder')).code).to.equal(4)

    const refused = await hermes('profile:delete', 'senior')
    expect(refused.code).to.equal(2)
    expect(refused.stderr).to.include('--yes')
    expect(existsSync(join(home, 'profiles/senior/SOUL.md'))).to.equal(true)
    expect((await hermes('profile:delete', 'senior', '--yes')).code).to.equal(0)
    expect(existsSync(join(home, 'profiles/senior'))).to.equal(false)
  })

  it('refuses every name that could be more than a name', async () => {
    for (const name of ['', 'Coder', 'a/b', '..', '.', '_x', 'a b', 'a.b', 'a\nb', 'ä', 'a'.repeat(252), '../../etc']) {
      const {code, stderr} = await hermes('profile:create', '--', name)
      expect(code, JSON.stringify(name)).to.equal(2)
      expect(stderr).to.match(/Error: /)
    }

    expect(existsSync(join(home, 'profiles'))).to.equal(false)
  })

  it('refuses a second profile of one name and loses nothing', async () => {
    await hermes('profile:create', 'coder')
    writeFileSync(join(home, 'profiles/coder/SOUL.md'), 'precious')
    const {code, stderr} = await hermes('profile:create', 'coder')
    expect(code).to.equal(1)
    expect(stderr).to.include('coder')
    expect(readFileSync(join(home, 'profiles/coder/SOUL.md'), 'utf8')).to.equal('precious')
  })

  it('says so when a directory cannot be written', async function () {
    if (process.getuid?.() === 0) mkdirSync(join(home, 'profiles'), {recursive: true})
    // Root writes everywhere: a file where the directory should be stops root too.
    const blocked = temporaryDirectory()
    writeFileSync(join(blocked, 'profiles'), 'a file')
    const file = await hermesIn(blocked, NO_SUPERVISOR)('profile:create', 'coder')
    expect(file.code).to.equal(1)
    expect(file.stderr)
      .to.include(join(blocked, 'profiles'))
      .and.not.match(/\n\s+at /)
    if (process.getuid?.() === 0) return
    chmodSync(home, 0o500)
    const denied = await hermes('profile:create', 'coder')
    chmodSync(home, 0o700)
    expect(denied.code).to.equal(77)
  })

  it('lists the good ones although one is bad', async () => {
    await hermes('profile:create', 'coder')
    mkdirSync(join(home, 'profiles/Bad Name'))
    writeFileSync(join(home, 'profiles/Bad Name/SOUL.md'), '')
    mkdirSync(join(home, 'profiles/default'))
    writeFileSync(join(home, 'profiles/default/SOUL.md'), '')
    const listed = (await hermes('profile', '--json')).json()
    expect(listed.profiles.map(({name}: {name: string}) => name)).to.deep.equal(['default', 'coder'])
    expect(listed.bad.map(({name}: {name: string}) => name)).to.deep.equal(['Bad Name'])
    const text = await hermes('profile')
    expect(text.code).to.equal(0)
    expect(text.stderr).to.include('Bad Name').and.include('profiles/default/')
  })

  it('clones a configuration but neither port nor secrets', async () => {
    await hermes('profile:create', 'coder', '--command', 'node agent.js')
    writeFileSync(join(home, 'profiles/coder/.env'), 'TOKEN=secret\n')
    const made = await hermes('profile:create', 'writer', '--clone-from', 'coder', '--json')
    expect(made.code, made.stderr).to.equal(0)
    const [coder, writer] = await Promise.all(
      ['coder', 'writer'].map(async (name) => (await hermes('profile:show', name, '--json')).json()),
    )
    expect(writer.command).to.equal('node agent.js')
    expect(writer.port).to.not.equal(coder.port)
    expect(
      existsSync(join(home, 'profiles/writer/.env')) && readFileSync(join(home, 'profiles/writer/.env'), 'utf8').includes('secret'),
    ).to.equal(false)
  })
})
