import {expect} from 'chai'
import {chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {readConfig} from '#hermes/profile/config.js'
import {setPort} from '#hermes/profile/config-edit.js'
import {preferredPort} from '#hermes/profile/port.js'
import {createProfile, deleteProfile, findProfile, listProfiles, readProfile} from '#hermes/profile/store.js'

import {cleanUpDirectories, temporaryDirectory} from '../../support/directories.js'
import {failure, seedProfile, snapshot} from '../../support/homes.js'

const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8)
const visible = (home: string): string[] => readdirSync(join(home, 'profiles')).filter((name) => !name.startsWith('.'))
const hidden = (home: string): string[] => readdirSync(join(home, 'profiles')).filter((name) => /staging|removed/.test(name))

describe('Creating a profile', () => {
  cleanUpDirectories()
  let home: string

  beforeEach(() => {
    home = join(temporaryDirectory(), 'home')
  })

  it('makes a home that was not there, and a profile only its owner can read, whatever the umask', async () => {
    const before = process.umask(0o277)
    const made = await createProfile(home, {name: 'coder'}).finally(() => process.umask(before))
    expect(made).to.deep.equal({directory: join(home, 'profiles/coder'), name: 'coder', port: preferredPort('coder'), warnings: []})
    for (const path of [home, join(home, 'profiles'), made.directory]) expect(mode(path), path).to.match(/^[57]00$/)
    expect(mode(made.directory)).to.equal('700')
    for (const name of ['SOUL.md', 'config.yaml', '.env']) expect(mode(join(made.directory, name)), name).to.equal('600')
    expect(hidden(home)).to.deep.equal([])
    expect(await readProfile(home, 'coder')).to.deep.equal({directory: made.directory, name: 'coder', port: made.port})
  })

  it('writes the command as it was given, a list or a line, and comments that teach', async () => {
    const words: [string, ...string[]] = ['node', 'it\'s "quoted"', 'a: b # c', '', '*x', 'é\u2028\n']
    const {directory} = await createProfile(home, {command: words, name: 'list'})
    expect((await readConfig(directory)).gateway.command).to.deep.equal(words)
    expect(readFileSync(join(directory, 'config.yaml'), 'utf8')).to.match(/# drain_timeout: 10/)
    const line = await createProfile(home, {command: 'exec node "agent.js" | tee x', name: 'line'})
    expect(line.command).to.equal('exec node "agent.js" | tee x')
    expect((await readProfile(home, 'line')).command).to.equal(line.command)
  })

  it('refuses names that are none, and "default"', async () => {
    for (const name of ['', 'A', '..', 'a/b', '-a', '_a', 'a b', 'a.b', 'a\n', 'a'.repeat(252)]) {
      expect(await failure(createProfile(home, {name})), JSON.stringify(name)).to.include({code: 'invalid-name'})
    }

    expect(await failure(createProfile(home, {name: 'default'}))).to.include({code: 'reserved-name'})
    expect(existsSync(home)).to.equal(false)
  })

  it('takes the longest name there is', async () => {
    const name = 'a'.repeat(251)
    await createProfile(home, {name})
    await deleteProfile(home, name)
    expect(visible(home)).to.deep.equal([])
  })

  it('leaves what is there alone: a profile, an empty directory, a file, a dangling link', async () => {
    seedProfile(home, 'taken')
    mkdirSync(join(home, 'profiles/empty'))
    writeFileSync(join(home, 'profiles/file'), 'x')
    symlinkSync('/nowhere', join(home, 'profiles/link'))
    for (const name of ['taken', 'empty', 'file', 'link']) {
      const before = snapshot(join(home, 'profiles', name))
      const error = await failure(createProfile(home, {name}))
      expect(error, name).to.include({code: 'profile-exists'})
      expect(error.suggestions).to.not.be.empty
      expect(snapshot(join(home, 'profiles', name))).to.deep.equal(before)
    }

    expect(hidden(home)).to.deep.equal([])
  })

  it('replaces what the processes of a deleted profile wrote under its name', async () => {
    await createProfile(home, {name: 'coder'})
    await deleteProfile(home, 'coder')
    seedProfile(home, 'coder', {state: 'running'})
    const {profiles, warnings} = await listProfiles(home)
    expect(profiles.map(({name}) => name)).to.deep.equal(['default'])
    expect(warnings.join(',')).to.match(/profiles\/coder\/ is skipped: that profile was deleted/)
    expect(await failure(findProfile(home, 'coder'))).to.include({code: 'profile-not-found'})
    const {directory} = await createProfile(home, {name: 'coder'})
    expect(existsSync(join(directory, 'gateway_state.json'))).to.equal(false)
    expect((await findProfile(home, 'coder')).directory).to.equal(directory)
    expect(hidden(home)).to.deep.equal([])
  })

  it('gives the preferred port or the next free one, and the one asked for unless another profile has it', async () => {
    const wanted = preferredPort('coder')
    await createProfile(home, {name: 'first', port: wanted})
    expect((await createProfile(home, {name: 'coder'})).port).to.equal(wanted + 1)
    const error = await failure(createProfile(home, {name: 'other', port: wanted}))
    expect(error).to.include({code: 'usage'})
    expect(error.message).to.include(String(wanted))
    for (const port of [0, 65_536, 1.5, Number.NaN])
      expect(await failure(createProfile(home, {name: 'other', port}))).to.include({code: 'usage'})
    expect(visible(home)).to.deep.equal(['coder', 'first'])
  })

  it('refuses a command that cannot be run, and leaves nothing', async () => {
    for (const command of ['', ' ', 'a\0b', ['']] as Array<string | [string]>) {
      expect(await failure(createProfile(home, {command, name: 'coder'})), JSON.stringify(command)).to.include({code: 'config-invalid'})
    }

    expect(readdirSync(join(home, 'profiles'))).to.deep.equal(['.lock'])
  })

  it('sweeps what interrupted runs left, and no hidden thing of somebody else', async () => {
    seedProfile(home, '.coder.staging-1-0123456789ab')
    seedProfile(home, '.coder.removed-0123456789ab')
    seedProfile(home, '.git')
    await createProfile(home, {name: 'other'})
    expect(readdirSync(join(home, 'profiles')).sort()).to.deep.equal(['.git', '.lock', 'other'])
  })

  it('says what is wrong when profiles/ is a file or a lock cannot be made', async () => {
    mkdirSync(home)
    writeFileSync(join(home, 'profiles'), '')
    expect(await failure(createProfile(home, {name: 'coder'}))).to.include({code: 'storage'})
    const other = temporaryDirectory()
    mkdirSync(join(other, 'profiles'))
    symlinkSync('/nowhere', join(other, 'profiles/.lock'))
    expect((await failure(createProfile(other, {name: 'coder'}))).message).to.match(/symbolic link/)
  })
})

describe('Cloning a profile', () => {
  cleanUpDirectories()
  let home: string
  let source: string

  beforeEach(() => {
    home = temporaryDirectory()
    source = seedProfile(home, 'model', {intent: 'running', stale: true, state: 'running'})
    writeFileSync(join(source, 'SOUL.md'), '# The model\n')
    writeFileSync(
      join(source, 'config.yaml'),
      '# mine\nmodel: x # kept\n\n# the port\nport: 9555 # of model\ngateway:\n  # why\n  command: [a, b]\n',
    )
    writeFileSync(join(source, '.env'), 'TOKEN=secret\n')
    mkdirSync(join(source, 'skills/deep'), {recursive: true})
    writeFileSync(join(source, 'skills/deep/a.md'), 'skill')
    mkdirSync(join(source, 'memories'))
  })

  it('takes soul, configuration with its comments, and skills; never port, credentials, memories or runtime files', async () => {
    const made = await createProfile(home, {cloneFrom: 'model', name: 'copy'})
    expect(readdirSync(made.directory).sort()).to.deep.equal(['.config-cache.json', '.env', 'SOUL.md', 'config.yaml', 'skills'])
    expect(readFileSync(join(made.directory, 'SOUL.md'), 'utf8')).to.equal('# The model\n')
    const config = readFileSync(join(made.directory, 'config.yaml'), 'utf8')
    expect(config).to.equal(
      `# mine\nmodel: x # kept\n\n# the port\nport: ${preferredPort('copy')} # of model\ngateway:\n  # why\n  command: [ a, b ]\n`.replace(
        '[ a, b ]',
        /command: (\[.*\])/.exec(config)![1]!,
      ),
    )
    expect(made.command).to.deep.equal(['a', 'b'])
    expect(readFileSync(join(made.directory, '.env'), 'utf8')).to.not.include('secret')
    expect(readFileSync(join(made.directory, 'skills/deep/a.md'), 'utf8')).to.equal('skill')
  })

  it('follows no symlink: one among the skills is named, one for the soul ends it', async () => {
    symlinkSync('/etc', join(source, 'skills/etc'))
    const {directory, warnings} = await createProfile(home, {cloneFrom: 'model', name: 'copy'})
    expect(existsSync(join(directory, 'skills/etc'))).to.equal(false)
    expect(warnings.join(',')).to.include('skills/etc was not cloned')
    const linked = join(home, 'profiles/linked')
    mkdirSync(linked)
    symlinkSync(join(source, 'SOUL.md'), join(linked, 'SOUL.md'))
    expect((await failure(createProfile(home, {cloneFrom: 'linked', name: 'other'}))).message).to.match(/symbolic link/)
    expect(visible(home)).to.deep.equal(['copy', 'linked', 'model'])
    expect(hidden(home)).to.deep.equal([])
  })

  it('works from the default profile that has no files yet, and puts another command in', async () => {
    const made = await createProfile(home, {cloneFrom: 'default', command: ['x'], name: 'copy'})
    expect(made.command).to.deep.equal(['x'])
    const other = await createProfile(home, {cloneFrom: 'model', command: 'echo hi', name: 'other'})
    expect((await readConfig(other.directory)).gateway.command).to.equal('echo hi')
  })

  it('refuses a source that is not there or broken', async () => {
    expect(await failure(createProfile(home, {cloneFrom: 'modle', name: 'copy'}))).to.include({code: 'profile-not-found'})
    writeFileSync(join(source, 'config.yaml'), 'port: [\n')
    expect(await failure(createProfile(home, {cloneFrom: 'model', name: 'copy'}))).to.include({code: 'config-invalid'})
    expect(visible(home)).to.deep.equal(['model'])
  })
})

describe('Changing the port in a configuration', () => {
  cleanUpDirectories()

  it('keeps every comment and key', async () => {
    const directory = temporaryDirectory()
    const path = join(directory, 'config.yaml')
    writeFileSync(path, '# a\nx: 1\nport: 9200 # b\n# c\ngateway:\n  # d\n  drain_timeout: 3\n')
    chmodSync(path, 0o644)
    await setPort(directory, 9999)
    expect(readFileSync(path, 'utf8')).to.equal('# a\nx: 1\nport: 9999 # b\n# c\ngateway:\n  # d\n  drain_timeout: 3\n')
    expect(mode(path)).to.equal('600')
    expect(await failure(setPort(directory, 0))).to.include({code: 'config-invalid'})
    expect(readFileSync(path, 'utf8')).to.include('port: 9999')
  })

  it('starts a file that is empty, missing or only comments', async () => {
    for (const text of [undefined, '', '# only this\n']) {
      const directory = temporaryDirectory()
      if (text !== undefined) writeFileSync(join(directory, 'config.yaml'), text)
      await setPort(directory, 9300)
      expect(readFileSync(join(directory, 'config.yaml'), 'utf8')).to.match(/^port: 9300$/m)
      expect((await readConfig(directory)).port).to.equal(9300)
    }
  })
})
