import {expect} from 'chai'
import {execa} from 'execa'
import {join} from 'node:path'
import {pathToFileURL} from 'node:url'

import {root} from '../support/directories.js'
import {until} from '../support/wait.js'

interface User {
  readonly home: string
  readonly name: string
  readonly uid: number
}

interface Lab {
  enter(user?: User, options?: {readonly cwd: string; readonly env?: Record<string, string>}): string[]
  powerCut(): Promise<void>
  shutDown(): Promise<void>
  stop(): Promise<void>
}

const OTHER = {home: '/home/other', name: 'other', uid: 4243}
const LINGER = '/var/lib/systemd/linger'
const RULE = '/etc/polkit-1/rules.d/10-hermes-test.rules'
const REFUSE = "polkit.addRule(function(action) { if (action.id.indexOf('org.freedesktop.login1.set-') === 0) return polkit.Result.NO })"

/** A service of the machine, as `--system` will have it. */
const SYSTEM_SERVICE = `
const {default: systemd} = await import('${root}/src/backends/systemd/dist/index.js')
const {createHost} = await import('${root}/dist/host/host.js')
const manager = systemd.connect({...createHost({environment: process.env, home: '/root/.hermes'}), scope: 'system'})
const spec = {command: ['/usr/bin/sleep', '1000'], description: 'x', environment: {}, home: '/root/.hermes', id: 'sys', logDirectory: 'l',
  readiness: 'none', stopSeconds: 2, user: 'other', workingDirectory: '/'}
if (process.argv[1] === 'install') await manager.install(spec, {start: true})
console.log(JSON.stringify(await manager.status('sys')))`

describe('a machine with systemd loses its power', function () {
  this.timeout(180_000)
  let lab: Lab
  let user: User

  before(async () => {
    const at = pathToFileURL(join(root, 'scripts/lab/systemd.mjs')).href
    const {bootSystemd, USER} = (await import(at)) as {bootSystemd: (tree: string, mounts: string[][]) => Promise<Lab>; USER: User}
    user = USER
    lab = await bootSystemd(process.env.HERMES_TEST_SYSTEMD_TREE!, [
      ['ro', root],
      ['ro', process.execPath],
    ])
  })

  after(() => lab?.stop())

  const inside = (who: User | undefined, ...command: string[]) => {
    const [file, ...words] = [...lab.enter(who, {cwd: root}), ...command]
    return execa(file!, words, {reject: false, stdin: 'ignore'})
  }

  const hermes = (who: User, ...words: string[]) => inside(who, process.execPath, join(root, 'bin/run.js'), ...words)
  const status = async (who: User, profile: string) => JSON.parse((await hermes(who, 'gateway:status', '-p', profile, '--json')).stdout)
  const must = async <T extends {exitCode?: number | undefined; stderr?: unknown; stdout?: unknown}>(running: PromiseLike<T>) => {
    const result = await running
    expect(result.exitCode, `${String(result.stdout)}${String(result.stderr)}`).to.equal(0)
    return result
  }

  it('what ran or had crashed is back without a login, what was stopped is not', async () => {
    for (const name of ['runs', 'crashes', 'stops']) {
      await must(hermes(user, 'profile:create', name))
      await must(hermes(user, 'gateway:start', '-p', name))
    }

    await must(hermes(user, 'gateway:stop', '-p', 'stops'))
    const before = await status(user, 'runs')
    await inside(undefined, 'kill', '-9', String((await status(user, 'crashes')).pid))
    await lab.powerCut()
    for (const name of ['runs', 'crashes'])
      await until(`${name} is back`, async () => (await status(user, name)).state === 'running' && (await status(user, name)).ready)
    expect(await status(user, 'stops')).to.include({enabled: false, pid: null, state: 'stopped'})
    expect((await status(user, 'runs')).since).not.to.equal(before.since)
  })

  it('a shutdown, or the end of the user’s manager, is no planned stop: it is meant to run, and is back', async () => {
    const inHome = (who: User | undefined, ...words: string[]) => {
      const entering = lab.enter(who, {cwd: root, env: {HERMES_HOME: '/home/other/machine'}})
      const [file, ...all] = [...entering, process.execPath, join(root, 'bin/run.js'), ...words]
      return execa(file!, all, {reject: false, stdin: 'ignore'})
    }

    await must(inside(undefined, 'install', '-d', '-o', OTHER.name, '-g', OTHER.name, '/home/other/machine'))
    await must(inHome(OTHER, 'profile:create', 'wide'))
    await must(inHome(undefined, 'gateway:install', 'wide', '--system', '--run-as-user', OTHER.name))
    const places: Array<[string, () => Promise<{pid: number; state: string}>]> = [
      ['/home/lab/.hermes/profiles/runs', () => status(user, 'runs')],
      ['/home/other/machine/profiles/wide', async () => JSON.parse((await inHome(undefined, 'gateway:status', 'wide', '--json')).stdout)],
    ]
    const lastWords = async (of: string) =>
      (await inside(undefined, 'journalctl', '--no-pager', '-o', 'cat', '-g', `profile ${of} ends with`)).stdout
    const back = async (before: number[]) => {
      for (const [index, [path, ask]] of places.entries()) {
        await until(`${path} is back`, async () => {
          const now = await ask()
          return now.state === 'running' && now.pid !== before[index]
        })
        expect((await inside(undefined, 'test', '-e', `${path}/.gateway-planned-stop.json`)).exitCode, path).to.equal(1)
      }
    }

    const pids = () => Promise.all(places.map(async ([, ask]) => (await ask()).pid))
    const before = await pids()
    await lab.shutDown()
    await back(before)
    for (const name of ['runs', 'wide']) {
      const words = String(await lastWords(name))
      expect(words, name).to.match(/ends with 1: SIGTERM without a planned stop/)
      expect(words, name).not.to.include('stopped on request')
    }

    const [mine] = await pids()
    await must(inside(undefined, 'systemctl', 'stop', `user@${user.uid}.service`))
    const left = await inside(undefined, 'cat', `${places[0]![0]}/gateway_state.json`)
    expect(JSON.parse(String(left.stdout))).to.include({exit_reason: 'SIGTERM without a planned stop', gateway_state: 'running', pid: mine})
    await must(inside(undefined, 'systemctl', 'start', `user@${user.uid}.service`))
    await until('it is back', async () => (await status(user, 'runs')).state === 'running')
  })

  it('of a user who does not linger nothing is back, and hermes had said so with the cure', async () => {
    await must(inside(undefined, 'sh', '-c', `mkdir -p /etc/polkit-1/rules.d && echo "$1" >${RULE}`, 'sh', REFUSE))
    await must(inside(undefined, 'systemctl', 'restart', 'polkit.service'))
    await must(inside(undefined, 'systemctl', 'start', `user@${OTHER.uid}.service`))
    await must(hermes(OTHER, 'profile:create', 'alone'))
    const started = await must(hermes(OTHER, 'gateway:start', '-p', 'alone'))
    expect(started.stderr)
      .to.match(/user other does not linger/)
      .and.to.match(/sudo loginctl enable-linger other/)
    await lab.powerCut()
    const gone = await hermes(OTHER, 'gateway:status', '-p', 'alone')
    expect(gone.stdout + gone.stderr).to.match(/^manager +none/m)

    // The cure.
    await must(inside(undefined, 'loginctl', 'enable-linger', OTHER.name))
    await until('it is up', async () => (await status(OTHER, 'alone')).state === 'running')
  })

  it('linger is enabled where that is allowed', async () => {
    await must(inside(undefined, 'systemctl', 'start', 'user@0.service'))
    const superuser = {home: '/root', name: 'root', uid: 0}
    expect((await inside(undefined, 'test', '-e', `${LINGER}/root`)).exitCode).to.equal(1)
    await must(hermes(superuser, 'profile:create', 'own'))
    const started = await must(hermes(superuser, 'gateway:start', '-p', 'own'))
    expect(started.stderr).not.to.include('linger')
    await must(inside(undefined, 'test', '-e', `${LINGER}/root`))
  })

  it('a service of the machine is back, as its own user', async () => {
    const ask = async (...words: string[]) => {
      const {stderr, stdout} = await inside(undefined, process.execPath, '--input-type=module', '-e', SYSTEM_SERVICE, ...words)
      return stdout ? JSON.parse(String(stdout)) : {stderr}
    }

    const before = await ask('install')
    expect(before).to.include({enabled: true, state: 'running'})
    await lab.powerCut()
    const after = await until('it is back', async () => {
      const now = await ask()
      return now.state === 'running' && now
    })
    expect(after.since).not.to.equal(before.since)
    expect((await inside(undefined, 'stat', '-c', '%U', `/proc/${after.pid}`)).stdout).to.equal('other')
  })
})
