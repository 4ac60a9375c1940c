import {connect} from '@hermes-cli/backend-s6/dist/manager.js'
import type {ServiceManager} from '@hermes-cli/service-manager'

import {expect} from 'chai'
import {chmodSync, existsSync, lstatSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {hermesIn} from '../../support/cli.js'
import {cleanUpDirectories, root, temporaryDirectory} from '../../support/directories.js'
import {canMount, mountTmpfs, remount, unmount} from '../../support/mounts.js'
import {familyOf, killAll} from '../../support/processes.js'
import {privateTree, serviceSpec, starts, type PrivateTree} from '../../support/s6.js'
import {until} from '../../support/wait.js'

const LAUNCHER = join(root, 'src/backends/s6/libexec/slot.sh')
const SCRIPTS = ['run', 'finish', 'log/run']
const UNCHANGED = {change: 'unchanged', restartDue: false}
const UPDATED = {change: 'updated', restartDue: false}

describe('s6: where nothing in the scan directory can be executed', () => {
  let tree: PrivateTree
  let manager: ServiceManager
  const slot = (name = '') => join(tree.scandir, 'gateway-a', name)
  const install = (start = true) => manager.install(serviceSpec(tree, 'a'), {start})
  const pid = async () => (await manager.status('a')) as {pid?: number; restartDue?: boolean}

  before(function () {
    if (canMount()) return
    console.error('      no file system can be mounted here: none without execution is tried')
    this.skip()
  })

  beforeEach(async () => {
    tree = await privateTree({mount: 'noexec,mode=755'})
    manager = connect(tree.host())
  })

  afterEach(() => tree.dispose())
  cleanUpDirectories()

  const expectLinks = () => {
    for (const name of SCRIPTS) expect([name, readlinkSync(slot(name))]).to.deep.equal([name, LAUNCHER])
  }

  const expectFiles = () => {
    for (const name of SCRIPTS) {
      expect([name, lstatSync(slot(name)).isFile()]).to.deep.equal([name, true])
      expect([name, existsSync(slot(`${name}.sh`))]).to.deep.equal([name, false])
    }
  }

  it('a slot runs through the launcher, and installing it again changes nothing', async () => {
    await install()
    expectLinks()
    const inodes = () => SCRIPTS.flatMap((name) => [lstatSync(slot(name)).ino, lstatSync(slot(`${name}.sh`)).ino])
    const before = inodes()
    const {pid: first} = await pid()
    expect(await install()).to.deep.equal(UNCHANGED)
    expect(inodes()).to.deep.equal(before)
    expect(await pid())
      .to.include({pid: first})
      .and.to.not.have.property('restartDue')
  })

  it('a changed definition is taken up inside the live slot and makes a restart due', async () => {
    await install()
    const changed = serviceSpec(tree, 'a', ['obedient', 'other'])
    expect(await manager.install(changed, {start: true})).to.deep.equal({change: 'updated', restartDue: true})
    expect(await pid()).to.include({restartDue: true})
    await manager.restart('a')
    expect(await pid()).to.not.have.property('restartDue')
    expect(starts(tree, 'a')).to.equal(2)
  })

  it('a live slot turns from links into files and back as the file system is mounted anew, and the process goes on', async () => {
    await install()
    const {pid: first} = await pid()
    for (const [options, check] of [
      ['exec', expectFiles],
      ['noexec', expectLinks],
    ] as const) {
      remount(tree.scandir, options)
      expect(await install()).to.deep.equal(UPDATED)
      check()
      expect(await install()).to.deep.equal(UNCHANGED)
      expect(await pid())
        .to.include({pid: first})
        .and.to.not.have.property('restartDue')
      expect(starts(tree, 'a')).to.equal(1)
    }

    await manager.restart('a')
    expect(starts(tree, 'a')).to.equal(2)
  })

  it('what was changed by hand is drift, and mended', async () => {
    await install()
    const damage: Array<() => void> = [
      () => writeFileSync(slot('run.sh'), '#!/bin/sh\nexit 1\n'),
      () => rmSync(slot('run.sh')),
      () => {
        rmSync(slot('run'))
        symlinkSync('/bin/false', slot('run'))
      },
      () => {
        rmSync(slot('run'))
        writeFileSync(slot('run'), 'exit 1\n')
      },
    ]
    for (const act of damage) {
      act()
      expect(await pid(), String(act)).to.include({restartDue: true})
      expect(await install(), String(act)).to.deep.equal(UPDATED)
      expectLinks()
    }

    for (const name of ['finish', 'finish.sh', 'log/run', 'log/run.sh']) {
      rmSync(slot(name))
      expect(await install(), name).to.deep.equal(UPDATED)
    }

    expectLinks()
    chmodSync(slot('run.sh'), 0o644)
    expect(await install()).to.deep.equal(UPDATED)
    expect(await install()).to.deep.equal(UNCHANGED)
    expect(starts(tree, 'a')).to.equal(1)
  })

  it('a link in the place of a script is never written through', async () => {
    await install()
    const precious = join(temporaryDirectory(), 'precious')
    writeFileSync(precious, 'kept')
    rmSync(slot('run.sh'))
    symlinkSync(precious, slot('run.sh'))
    expect(await install()).to.deep.equal(UPDATED)
    expect(readFileSync(precious, 'utf8')).to.equal('kept')
  })

  it('a home works whole: tree, gateway, crash, stop', async () => {
    const home = temporaryDirectory()
    mountTmpfs(home, 'noexec,mode=700')
    const hermes = hermesIn(home)
    const ok = async (...words: string[]) => {
      const result = await hermes(...words, '--json')
      expect(result.code, `${words.join(' ')}: ${result.stdout}${result.stderr}`).to.equal(0)
      return result.json()
    }

    const booted = await ok('s6', 'boot')
    try {
      await ok('profile:create', 'coder')
      const {status} = await ok('gateway:start', '-p', 'coder')
      expect(status.state).to.equal('running')
      process.kill(status.pid, 'SIGKILL')
      await until('it is back', async () => {
        const result = await hermes('gateway:status', '-p', 'coder', '--json')
        return result.code === 0 && result.json().pid !== status.pid
      })
      const {actions} = await ok('container:reconcile', '--scandir', join(home, 'run/service'))
      expect(actions.map(({action}: any) => action)).to.not.include('failed')
      await ok('gateway:stop', '-p', 'coder')
      expect((await hermes('gateway:status', '-p', 'coder')).code).to.equal(3)
    } finally {
      const members = familyOf(booted.pid)
      await hermes('s6', 'shutdown')
      await killAll(members)
      unmount(home)
    }
  })
})
