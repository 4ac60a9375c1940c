// What the kit cannot know: OpenRC's own commands, hands and accidents.
import {checked} from '@hermes-cli/service-manager'
import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {appendFileSync, chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, it} from 'node:test'
import {setTimeout as delay} from 'node:timers/promises'

import backend from '../dist/index.js'
import {createOpenrc} from './openrc.js'

describe('on an OpenRC', () => {
  let home
  let openrc
  let manager

  const spec = (change = {}) => ({
    command: ['/bin/sleep', '1000'],
    description: "sleeps, and it's $HOME",
    environment: {},
    home,
    id: 'a',
    logDirectory: 'logs',
    readiness: 'none',
    startSeconds: 10,
    stopSeconds: 2,
    workingDirectory: home,
    ...change,
  })
  const name = () => readdirSync('/etc/init.d').find((one) => /^hermes-gateway-a\.[\da-f]{8}$/.test(one))
  const file = () => join('/etc/init.d', name())
  const rc = (...words) => {
    const {status, stderr, stdout} = spawnSync('rc-service', ['--nocolor', name(), ...words], {encoding: 'utf8'})
    return {said: stdout + stderr, status}
  }

  const refusal = (promise) =>
    promise.then(
      () => 'fine',
      ({code, message}) => `${code}: ${message}`,
    )
  async function until(answer) {
    for (const end = Date.now() + 15_000; ; await delay(20)) {
      const seen = await answer()
      if (seen) return seen
      if (Date.now() > end) assert.fail(`not so within 15 s: ${answer}; ${JSON.stringify(await manager.status('a'))}`)
    }
  }

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'hermes-home-'))
    openrc = createOpenrc(home)
    manager = checked(backend.connect(openrc.host))
  })

  afterEach(async () => {
    await openrc.dispose()
    rmSync(home, {force: true, recursive: true})
  })

  it('a person at rc-service: status, stop, start and restart are what they are for any service', async () => {
    await manager.install(spec(), {start: true})
    assert.deepEqual([rc('status').status, /status: started/.test(rc('status').said)], [0, true])
    assert.match(rc('describe').said, /sleeps, and it's \$HOME/)
    const {pid} = await manager.status('a')
    assert.equal(rc('restart').status, 0)
    const again = await until(async () => {
      const status = await manager.status('a')
      return status.state === 'running' && status
    })
    assert.notEqual(again.pid, pid)
    assert.equal(rc('stop').status, 0)
    assert.deepEqual(await manager.status('a'), {enabled: true, state: 'stopped'})
    assert.equal(rc('status').status, 3)
    await manager.start('a')
    await manager.stop('a')
    assert.equal(rc('start').status, 0)
    assert.equal((await until(async () => (await manager.status('a')).state === 'running' && manager.status('a'))).enabled, false)
  })

  it('what has failed is crashed to OpenRC, and is started again by one command', async () => {
    await manager.install(spec({command: ['/bin/sh', '-c', 'exit 78']}), {start: false})
    assert.match(await refusal(manager.start('a')), /^failed-to-start: .*78/)
    assert.equal(rc('status').status, 32)
    await manager.install(spec(), {start: true})
    assert.equal((await manager.status('a')).state, 'running')
  })

  it('an attendant that was killed is told, and the next start ends what it left', async () => {
    await manager.install(spec(), {start: true})
    const {pid} = await manager.status('a')
    process.kill(Number(readFileSync(`/run/${name()}.pid`, 'utf8')), 'SIGKILL')
    const {because} = await until(async () => {
      const status = await manager.status('a')
      return status.state === 'failed' && status
    })
    assert.match(because, new RegExp(`left process ${pid} behind`))
    await manager.start('a')
    const now = await manager.status('a')
    assert.notEqual(now.pid, pid)
    assert.throws(() => process.kill(pid, 0))
  })

  it('runs as the user of its spec', async () => {
    const {uid} = {uid: Number(/^lab:[^:]*:(\d+)/m.exec(readFileSync('/etc/passwd', 'utf8'))?.[1] ?? 65_534)}
    chmodSync(home, 0o777)
    await manager.install(spec({user: uid === 65_534 ? 'nobody' : 'lab'}), {start: true})
    const {pid} = await manager.status('a')
    assert.match(readFileSync(`/proc/${pid}/status`, 'utf8'), new RegExp(`^Uid:\\s+${uid}\\s`, 'm'))
    await manager.stop('a')
  })

  it('a script that is not ours is never touched', async () => {
    await manager.install(spec(), {start: false})
    const path = file()
    const mine = readFileSync(path, 'utf8')
    for (const text of ['#!/sbin/openrc-run\ncommand=/bin/true\n', mine.replaceAll(home, `${home}-other`)]) {
      writeFileSync(path, text)
      for (const verb of ['start', 'stop', 'restart', 'uninstall', 'status'])
        assert.match(await refusal(manager[verb]('a')), /^not-owned: /)
      assert.match(await refusal(manager.install(spec(), {start: true})), /^not-owned: /)
      assert.deepEqual(await manager.list(), [])
      assert.equal(readFileSync(path, 'utf8'), text)
    }

    writeFileSync(path, mine)
  })

  it('what was edited by hand says so, and is mended by the next install', async () => {
    await manager.install(spec(), {start: true})
    appendFileSync(file(), '# mine\n')
    const {drift, state} = await manager.status('a')
    assert.deepEqual([state, /was edited/.test(drift)], ['running', true])
    assert.equal((await manager.install(spec(), {start: false})).change, 'updated')
    assert.equal('drift' in (await manager.status('a')), false)
  })

  it('every script stands the judgement of sh, whatever is in it', async () => {
    const words = ["it's", '"', '\\', '$(id)', '`id`', ' ', '', '\n#x\n', 'é\u202E', '!']
    const environment = Object.fromEntries(words.map((word, index) => [`W${index}`, word]))
    await manager.install(spec({command: ['/bin/sleep', ...words], description: words.join('').replaceAll('\n', ''), environment}), {
      start: false,
    })
    assert.equal(spawnSync('sh', ['-n', file()], {encoding: 'utf8'}).stderr, '')
  })
})
