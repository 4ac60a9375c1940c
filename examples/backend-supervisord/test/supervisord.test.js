// What the kit cannot know: supervisord's own files, hands and accidents.
import {checked} from '@hermes-cli/service-manager'
import assert from 'node:assert/strict'
import {execFile} from 'node:child_process'
import {appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, it} from 'node:test'
import {setTimeout as delay} from 'node:timers/promises'
import {promisify} from 'node:util'

import backend from '../dist/index.js'
import {createSupervisord} from './supervisord.js'

const run = promisify(execFile)

describe('on a supervisord', () => {
  let home
  let supervisord
  let manager

  const spec = (change = {}) => ({
    command: ['/bin/sleep', '1000'],
    description: 'sleeps',
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
  const files = () => join(supervisord.directory, 'conf.d')
  const file = () =>
    join(
      files(),
      readdirSync(files()).find((name) => /^hermes-gateway-a\.[\da-f]{8}\.conf$/.test(name)),
    )
  const name = () =>
    file()
      .split('/')
      .at(-1)
      .replace(/\.conf$/, '')
  const ctl = (...words) => run('supervisorctl', ['-c', join(supervisord.directory, 'supervisord.conf'), ...words])
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

  beforeEach(async () => {
    home = mkdtempSync(join(tmpdir(), 'hermes-home-'))
    supervisord = await createSupervisord(home)
    manager = checked(backend.connect(supervisord.host))
  })

  afterEach(async () => {
    await supervisord.dispose()
    rmSync(home, {force: true, recursive: true})
  })

  it('its own comments and expansions are only text, wherever they stand', async () => {
    const words = [
      '%(here)s',
      '%%(here)s',
      ' ;no comment',
      '\t#no comment',
      ';',
      '%',
      "'%s' ;",
      '\u00A0;\u2028#',
      '(',
      '[program:x]',
      'a\v;\f#b',
    ]
    const environment = Object.fromEntries(words.map((word, index) => [`W${index}`, word]))
    const print = String.raw`const {env, argv} = process; console.log(JSON.stringify([argv.slice(1), Object.keys(env).filter((n) => /^W\d/.test(n)).map((n) => env[n])])); setInterval(() => {}, 1e6)`
    await manager.install(spec({command: [process.execPath, '-e', print, '--', ...words], environment}), {start: true})
    const [line] = await until(async () => {
      const lines = []
      for await (const one of manager.logs('a', {follow: false, lines: 10})) lines.push(one)
      return lines.length > 0 && lines
    })
    assert.deepEqual(JSON.parse(line), [words, words])
  })

  it('a power cut brings back what runs, in the form of its file, and leaves down what was stopped', async () => {
    await manager.install(spec(), {start: true})
    await manager.install(spec({id: 'b'}), {start: true})
    await manager.stop('b')
    await manager.install(spec({command: ['/bin/sleep', '2000']}), {start: false})
    assert.equal((await manager.status('a')).restartDue, true)
    await supervisord.reboot()
    const {pid, restartDue} = await until(async () => {
      const status = await manager.status('a')
      return status.state === 'running' && status
    })
    assert.equal(restartDue, false)
    await until(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8') === '/bin/sleep\u00002000\u0000')
    assert.deepEqual(await manager.status('b'), {enabled: false, state: 'stopped'})
  })

  it('a definition that supervisord refuses is taken back, for it would refuse to start with it', async () => {
    await manager.install(spec(), {start: false})
    const before = readFileSync(file(), 'utf8')
    for (const id of ['a', 'b'])
      assert.match(await refusal(manager.install(spec({id, user: 'nobody-such'}), {start: false})), /^invalid-spec: .*nobody-such/)
    assert.equal(readFileSync(file(), 'utf8'), before)
    assert.deepEqual(await manager.list(), ['a'])
    await supervisord.reboot()
    await manager.start('a')
  })

  it('a file of somebody else that cannot be read is named, and nothing is written', async () => {
    writeFileSync(join(files(), 'other.conf'), '[program:other]\n')
    assert.match(
      await refusal(manager.install(spec(), {start: true})),
      /^unavailable: supervisord cannot read its own configuration: .*other\.conf/,
    )
    assert.deepEqual(readdirSync(files()), ['other.conf'])
  })

  it('a file that is not ours is never touched', async () => {
    await manager.install(spec(), {start: false})
    const path = file()
    for (const text of ['[program:x]\ncommand=/bin/sleep 1\n', readFileSync(path, 'utf8').replaceAll(home, `${home}-other`)]) {
      writeFileSync(path, text)
      for (const verb of ['start', 'stop', 'restart', 'uninstall', 'status'])
        assert.match(await refusal(manager[verb]('a')), /^not-owned: /)
      assert.match(await refusal(manager.install(spec(), {start: true})), /^not-owned: /)
      assert.deepEqual(await manager.list(), [])
      assert.equal(readFileSync(path, 'utf8'), text)
    }
  })

  it('what was edited by hand says so, and is mended by the next install', async () => {
    await manager.install(spec(), {start: true})
    appendFileSync(file(), 'priority=1\n')
    const {drift, state} = await manager.status('a')
    assert.deepEqual([state, /was edited/.test(drift)], ['running', true])
    assert.equal((await manager.install(spec(), {start: false})).change, 'updated')
    assert.equal('drift' in (await manager.status('a')), false)
  })

  it('a person at supervisorctl: update changes nothing, stop is a stop until supervisord starts anew', async () => {
    await manager.install(spec(), {start: false})
    await manager.start('a')
    const {pid} = await manager.status('a')
    await ctl('update')
    assert.equal((await manager.status('a')).pid, pid)
    await ctl('stop', name())
    assert.deepEqual(await manager.status('a'), {enabled: true, state: 'stopped'})
    await manager.stop('a')
    await ctl('update')
    assert.deepEqual(await manager.status('a'), {enabled: false, state: 'stopped'})
  })

  it('what ends with 0 at once stays down, and what ends with another code comes again and again', async () => {
    const log = join(home, 'log')
    const times = () => (existsSync(log) ? readFileSync(log, 'utf8').split('\n').length - 1 : 0)
    await manager.install(spec({command: ['/bin/sh', '-c', `echo >>'${log}'; exit 0`]}), {start: true}).catch(() => {})
    await until(async () => (await manager.status('a')).state === 'stopped')
    await delay(2500)
    assert.equal(times(), 1)
    await manager.install(spec({command: ['/bin/sh', '-c', `echo >>'${log}'; exit 3`]}), {start: true}).catch(() => {})
    await until(() => times() > 3)
    await manager.stop('a')
    const before = times()
    await delay(2500)
    assert.equal(times(), before)
  })

  it('what ends at once has run once, however soon supervisord was', async () => {
    const log = join(home, 'log')
    const ids = Array.from({length: 20}, (_, index) => `a${index}`)
    for (const id of ids)
      await manager.install(spec({command: ['/bin/sh', '-c', `echo ${id} >>'${log}'`], id}), {start: true}).catch(() => {})
    await until(() => existsSync(log) && new Set(readFileSync(log, 'utf8').split('\n')).size > ids.length)
    assert.deepEqual(readFileSync(log, 'utf8').trim().split('\n'), ids)
  })

  it('a start beside a stop has its end soon, whichever comes first', async () => {
    await manager.install(spec({startSeconds: 6}), {start: true})
    const ends = []
    for (let round = 0; round < 20; round++) {
      await manager.stop('a')
      const starting = refusal(manager.start('a'))
      await delay(round)
      await manager.stop('a')
      ends.push(await starting)
    }

    assert.deepEqual(
      ends.filter((one) => one.startsWith('timeout')),
      [],
    )
  })

  it('logs go with the service, and follow it through a rotation', async () => {
    const words = [
      '-c',
      'i=0; while [ $i -lt 40000 ]; do echo "line $i of a log that is going to be long"; i=$((i+1)); done; exec sleep 1000',
    ]
    await manager.install(spec({command: ['/bin/sh', ...words]}), {start: true})
    const last = 'line 39999 of a log that is going to be long'
    const lines = await until(async () => {
      const seen = []
      for await (const line of manager.logs('a', {follow: false, lines: 30_000})) seen.push(line)
      return seen.at(-1) === last && seen
    })
    assert.deepEqual([lines.length, lines[0]], [30_000, 'line 10000 of a log that is going to be long'])
    assert.ok(readdirSync(join(supervisord.directory, 'logs')).includes(`${name()}.log.1`))
    await manager.uninstall('a')
    assert.deepEqual(
      readdirSync(join(supervisord.directory, 'logs')).filter((one) => one.includes('gateway')),
      [],
    )
  })

  it('a password is taken from the configuration, as supervisorctl does', async () => {
    const conf = join(supervisord.directory, 'supervisord.conf')
    const text = readFileSync(conf, 'utf8')
    writeFileSync(conf, `${text.replace('[supervisord]', 'username=u\npassword=p%%w\n[supervisord]')}`)
    await supervisord.reboot()
    assert.equal((await manager.install(spec(), {start: true})).change, 'created')
    writeFileSync(conf, text)
    assert.match(await refusal(manager.status('a')), /^permission: /)
  })

  it('is not usable once it is dead, whatever it left behind', async () => {
    assert.equal(backend.detect(supervisord.host).usable, true)
    await supervisord.killAll()
    assert.ok(existsSync(join(supervisord.directory, 'socket')) && existsSync(join(supervisord.directory, 'pid')))
    assert.match(backend.detect(supervisord.host).because, /^no supervisord runs with /)
    assert.match(await refusal(manager.status('a')), /^unavailable: /)
    await supervisord.start()
  })
})
