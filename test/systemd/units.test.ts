import systemd from '@hermes-cli/backend-systemd'
import {checked, isServiceManagerError, type CheckedServiceManager, type ServiceSpec} from '@hermes-cli/service-manager'

import {expect} from 'chai'
import {execa} from 'execa'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import {homedir, tmpdir} from 'node:os'
import {join} from 'node:path'

import {labHost, removeAll, scope} from '../support/systemd.js'
import {until} from '../support/wait.js'

const DIRECTORY = scope === 'user' ? join(homedir(), '.config/systemd/user') : '/etc/systemd/system'
const environment = {XDG_RUNTIME_DIR: `/run/user/${process.getuid!()}`}
const systemctl = (...args: string[]) => execa('systemctl', [`--${scope}`, ...args], {env: environment})

describe(`systemd units (${scope})`, () => {
  let home: string
  let manager: CheckedServiceManager
  let warnings: string[]
  const host = () => labHost(home, (message) => warnings.push(message))
  const spec = (change: Partial<ServiceSpec> = {}): ServiceSpec => ({
    command: ['/usr/bin/sleep', '300'],
    description: 'sleeps',
    environment: {},
    home,
    id: 'a',
    logDirectory: 'logs',
    readiness: 'none',
    startSeconds: 10,
    stopSeconds: 5,
    workingDirectory: home,
    ...change,
  })
  const file = (): string =>
    join(
      DIRECTORY,
      readdirSync(DIRECTORY).find((name) => /^hermes-gateway-a\.[\da-f]{8}\.service$/.test(name))!,
    )
  const code = (promise: Promise<unknown>) =>
    promise.then(
      () => 'fine',
      (error: unknown) => (isServiceManagerError(error) ? error.code : String(error)),
    )
  const pid = async () => {
    const status = await manager.status('a')
    return status.state === 'running' ? status.pid : status.state
  }

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'hermes-unit-'))
    warnings = []
    manager = checked(systemd.connect(host()))
  })

  afterEach(async () => {
    await removeAll(host())
    rmSync(home, {force: true, recursive: true})
  })

  it('stand the judgement of systemd-analyze, whatever is in them', async () => {
    const name = `a b %n $HOME 'q' "d" é \u202E ${'x'.repeat(100)} \\`
    const words = ['', ' ', ';', '$HOME', '%i', '\\', '"', "'", 'tab\there', 'line\nbreak', '-', '@', '#', 'ends\\']
    const hostile = spec({
      command: [`/usr/bin/${name}`, ...words],
      description: `${name} \\`,
      environment: Object.fromEntries(words.map((word, index) => [`W${index}`, word])),
      readiness: 'fd',
      stopCommand: [`/usr/bin/${name}`, ...words],
      workingDirectory: join(home, name),
      ...(scope === 'system' ? {user: 'lab'} : {}),
    })
    mkdirSync(hostile.workingDirectory)
    await manager.install(hostile, {start: false})
    const {exitCode, stderr, stdout} = await execa('systemd-analyze', [`--${scope}`, '--man=no', 'verify', file()], {
      env: environment,
      reject: false,
    })
    expect([exitCode, stdout, stderr.split('\n').filter((line) => line.includes('hermes'))]).to.deep.equal([0, '', []])
    expect(warnings).to.deep.equal([])
  })

  it('are verified when they were written, their drop-ins too, and what is odd is told', async () => {
    await manager.install(spec(), {start: false})
    const dropIn = `${file()}.d`
    mkdirSync(dropIn)
    try {
      writeFileSync(join(dropIn, 'mine.conf'), '[Service]\nRestrat=no\n')
      await manager.install(spec({stopSeconds: 6}), {start: false})
      expect(warnings.join('\n')).to.match(/^systemd-analyze verify: .*mine\.conf:2: Unknown key.*Restrat/)
      warnings.length = 0
      await manager.install(spec({stopSeconds: 6}), {start: false})
      expect(warnings).to.deep.equal([])
    } finally {
      rmSync(dropIn, {recursive: true})
    }
  })

  it('are read again by systemd only where one was changed', async () => {
    let reloads = 0
    const base = host()
    const counting = checked(
      systemd.connect({
        ...base,
        async exec(program, args, options) {
          if (args.includes('daemon-reload')) reloads++
          return base.exec(program, args, options)
        },
      }),
    )
    const reloadsOf = async (act: () => Promise<unknown>) => {
      reloads = 0
      await act()
      return reloads
    }

    expect(await reloadsOf(() => counting.install(spec(), {start: true}))).to.equal(1)
    expect(await reloadsOf(() => counting.install(spec(), {start: true}))).to.equal(0)
    expect(await reloadsOf(() => counting.start('a'))).to.equal(0)
    expect(await reloadsOf(() => counting.restart('a'))).to.equal(0)
    expect(await reloadsOf(() => counting.stop('a'))).to.equal(0)
    expect(await reloadsOf(() => counting.install(spec({stopSeconds: 6}), {start: false}))).to.equal(1)
    const many = ['b', 'c', 'd'].map((id) => ({options: {start: false}, spec: spec({id})}))
    expect(await reloadsOf(() => counting.installMany(many))).to.equal(1)
    expect(await reloadsOf(() => counting.uninstall('a'))).to.equal(1)
    expect(await reloadsOf(() => counting.uninstall('a'))).to.equal(0)
  })

  it('that were edited by hand say so, and are mended by the next install while the process goes on', async () => {
    await manager.install(spec(), {start: true})
    const before = await pid()
    writeFileSync(file(), readFileSync(file(), 'utf8').replace('Restart=always', 'Restart=no'))
    expect(await manager.status('a')).to.include({drift: 'the unit was edited: it has "Restart=no"', state: 'running'})
    const findings = await manager.doctor!()
    expect(findings.map(({message}) => message).join('\n'))
      .to.match(/edited: it has "Restart=no"/)
      .and.to.match(/not read again/)
    expect((await manager.install(spec(), {start: false})).change).to.equal('updated')
    expect(warnings.join('\n')).to.match(/written anew: the unit was edited: it has "Restart=no"/)
    expect(await manager.status('a')).not.to.have.property('drift')
    expect((await systemctl('show', '-p', 'Restart', '--value', file().split('/').at(-1)!)).stdout).to.equal('always')
    expect(await pid()).to.equal(before)
  })

  it('keep the drop-ins somebody added', async () => {
    await manager.install(spec(), {start: true})
    const dropIn = `${file()}.d`
    mkdirSync(dropIn)
    const write = (word: string) => writeFileSync(join(dropIn, 'mine.conf'), `[Service]\nEnvironment=MINE=${word}\n`)
    write('no')
    try {
      // A new directory is only seen once systemd is told, which `systemctl edit` does; a change in it is seen by the next install.
      await systemctl('daemon-reload')
      write('yes')
      expect((await manager.install(spec(), {start: true})).change).to.equal('unchanged')
      await manager.restart('a')
      expect(readFileSync(`/proc/${await pid()}/environ`, 'utf8').split('\0')).to.include('MINE=yes')
      expect(await manager.status('a')).not.to.have.property('drift')
      await manager.uninstall('a')
      expect(readdirSync(dropIn)).to.deep.equal(['mine.conf'])
    } finally {
      rmSync(dropIn, {recursive: true})
    }
  })

  it('of somebody else are never touched', async () => {
    await manager.install(spec(), {start: false})
    const path = file()
    const theirs = readFileSync(path, 'utf8').replaceAll(home, `${home}-other`)
    await manager.uninstall('a')
    for (const text of ['[Service]\nExecStart=/usr/bin/sleep 300\n', theirs]) {
      writeFileSync(path, text)
      for (const act of [
        () => manager.install(spec(), {start: true}),
        () => manager.start('a'),
        () => manager.stop('a'),
        () => manager.uninstall('a'),
      ])
        expect(await code(act())).to.equal('not-owned')
      expect(await manager.list()).to.deep.equal([])
      expect((await manager.status('a')).state).to.equal('unknown')
      expect(readFileSync(path, 'utf8')).to.equal(text)
    }

    rmSync(path)
  })

  it('that cannot be written are used as they are, when they run the same', async () => {
    await manager.install(spec(), {start: false})
    const path = file()
    const kept = join(DIRECTORY, '../kept.service')
    renameSync(path, kept)
    writeFileSync(kept, readFileSync(kept, 'utf8').replace('RestartSec=1', 'RestartSec=2'))
    symlinkSync(kept, path)
    expect(await manager.install(spec(), {start: true})).to.deep.equal({change: 'unchanged', restartDue: false})
    expect(warnings.join('\n')).to.match(/cannot be written .* and is used as it is/)
    expect(await pid()).to.be.a('number')
    expect(await code(manager.install(spec({stopSeconds: 7}), {start: false}))).to.equal('permission')
    expect(readFileSync(kept, 'utf8')).to.include('RestartSec=2')
    await manager.stop('a')
    expect(readlinkSync(path), 'the link is not ours to remove').to.equal(kept)
    await manager.uninstall('a')
    rmSync(kept)
  })

  if (scope === 'system') {
    it('on a file system that is read-only go up and down, and what cannot be is said', async () => {
      await manager.install(spec(), {start: true})
      const text = readFileSync(file(), 'utf8')
      const before = await pid()
      await execa('sh', ['-c', 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0"', DIRECTORY])
      try {
        expect(await manager.install(spec(), {start: true})).to.deep.equal({change: 'unchanged', restartDue: false})
        await manager.restart('a')
        expect(await pid())
          .to.be.a('number')
          .and.not.to.equal(before)
        expect(warnings).to.deep.equal([])
        expect(await code(manager.install(spec({stopSeconds: 7}), {start: false}))).to.equal('permission')
        expect(await code(manager.install(spec({id: 'b'}), {start: true}))).to.equal('permission')
        expect(await code(manager.stop('a'))).to.equal('permission')
        expect(await manager.status('a')).to.include({enabled: true, state: 'stopped'})
        await manager.start('a')
        expect(await code(manager.uninstall('a'))).to.equal('permission')
        expect(readFileSync(file(), 'utf8')).to.equal(text)
        expect(await manager.list()).to.deep.equal(['a'])
      } finally {
        await execa('umount', [DIRECTORY])
      }
    })
  } else {
    it('in a directory that is closed to the user are used as they are, or refused', async () => {
      await manager.install(spec(), {start: true})
      writeFileSync(file(), readFileSync(file(), 'utf8').replace('RestartSec=1', 'RestartSec=2'))
      chmodSync(DIRECTORY, 0o500)
      try {
        expect((await manager.install(spec(), {start: false})).change).to.equal('unchanged')
        expect(warnings.join('\n')).to.match(/cannot be written .* and is used as it is/)
        expect(await code(manager.install(spec({stopSeconds: 7}), {start: false}))).to.equal('permission')
        expect(await code(manager.install(spec({id: 'b'}), {start: false}))).to.equal('permission')
        expect(await manager.list()).to.deep.equal(['a'])
      } finally {
        chmodSync(DIRECTORY, 0o700)
      }
    })
  }

  it('never keep a person from a restart by the limit of starts', async () => {
    await manager.install(spec(), {start: true})
    for (let times = 0; times < 8; times++) await manager.restart('a')
    expect(await pid()).to.be.a('number')
  })

  it('do not call a program started that ends a moment after it let go of its readiness', async () => {
    const command: [string, ...string[]] = ['/bin/sh', '-c', 'exec 3>&-; sleep 0.3; exit 78']
    expect(await code(manager.install(spec({command, readiness: 'fd'}), {start: true}))).to.equal('failed-to-start')
  })

  it('`systemctl stop` by hand is a stop, and it comes back at the next boot', async () => {
    await manager.install(spec(), {start: true})
    await systemctl('stop', file().split('/').at(-1)!)
    expect(await manager.status('a')).to.include({enabled: true, state: 'stopped'})
    expect((await systemctl('is-enabled', file().split('/').at(-1)!)).stdout).to.equal('enabled')
    await manager.stop('a')
    expect((await systemctl('list-dependencies', scope === 'user' ? 'default.target' : 'multi-user.target')).stdout).not.to.include(
      'hermes',
    )
  })

  it('install with enable: false starts it for now only', async () => {
    await manager.install(spec(), {enable: false, start: true})
    expect(await manager.status('a')).to.include({enabled: false, state: 'running'})
  })

  it('whose working directory is gone are told by doctor, with the command that removes them', async () => {
    const workingDirectory = join(home, 'profile')
    mkdirSync(workingDirectory)
    await manager.install(spec({workingDirectory}), {start: false})
    rmSync(workingDirectory, {recursive: true})
    const {cure} = (await manager.doctor!()).find(({message}) => /profile "a", which is gone/.test(message))!
    await execa('sh', ['-c', cure], {env: environment})
    expect(await manager.list()).to.deep.equal([])
  })

  it('that go down are seen to be down, and up again, by their own exit', async () => {
    await manager.install(spec({command: ['/bin/sh', '-c', 'kill -SEGV $$']}), {start: false})
    await manager.start('a').catch(() => {})
    await until('it is given up', async () => (await manager.status('a')).state === 'failed')
    expect(await manager.status('a')).to.include({signal: 'SIGSEGV', state: 'failed'})
  })
})
