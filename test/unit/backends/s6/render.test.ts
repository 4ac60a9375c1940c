import {renderSlot, type SlotFile} from '@hermes-cli/backend-s6/dist/render.js'
import type {ServiceSpec} from '@hermes-cli/service-manager'

import {expect} from 'chai'
import {chmodSync, mkdirSync, readFileSync, statSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'

import {exec} from '#hermes/host/exec.js'

import {cleanUpDirectories, temporaryDirectory} from '../../../support/directories.js'

const TOOLS = {log: '/command/s6-log', permafailon: '/command/s6-permafailon', setuidgid: '/command/s6-setuidgid'}

const spec = (more: Partial<ServiceSpec> = {}): ServiceSpec => ({
  command: ['/usr/local/bin/hermes', '-p', 'coder', 'gateway', 'run'],
  description: 'hermes gateway of profile coder',
  environment: {HERMES_HOME: '/opt/data', PATH: '/usr/bin:/bin'},
  home: '/opt/data',
  id: 'coder',
  logDirectory: 'logs/gateways/coder',
  readiness: 'fd',
  stopSeconds: 15,
  workingDirectory: '/opt/data/profiles/coder',
  ...more,
})

/** Without a launcher there are only files. */
const filesOf = (definition: ServiceSpec, tools = TOOLS) => renderSlot(definition, tools) as Map<string, SlotFile>
const text = (name: string, more: Partial<ServiceSpec> = {}) => filesOf(spec(more)).get(name)?.text

const HOSTILE: Record<string, string> = {
  BACKTICKS: '`touch /tmp/pwned` $(id) $PATH',
  BANG: String.raw`!! ! \! * ? [a-z] ~root {a,b}`,
  EMPTY: '',
  EQUALS: '=a=b=',
  LINES: 'one\ntwo\n\nfour\n',
  QUOTES: `'"'"'" ''' "" \\' \\\\`,
  SPACES: '  two  ',
  UNICODE: 'żółć \u{1F600} \u0001\u007F',
}

describe('s6: the slot of a service', () => {
  cleanUpDirectories()

  const slotIn = (directory: string, definition: ServiceSpec, tools = TOOLS): string => {
    const slot = join(directory, 'slot')
    for (const [name, file] of filesOf(definition, tools)) {
      mkdirSync(dirname(join(slot, name)), {recursive: true})
      writeFileSync(join(slot, name), file.text)
      chmodSync(join(slot, name), file.mode)
    }

    return slot
  }

  it('is a longrun with an executable run script that ends in the command as one would type it', () => {
    const files = filesOf(spec())
    expect(files.get('type')?.text).to.equal('longrun\n')
    expect(files.get('run')?.mode).to.equal(0o755)
    expect(files.get('run')?.text).to.match(/exec \/usr\/local\/bin\/hermes -p coder gateway run\n$/)
    expect([...files.keys()].at(-1)).to.equal('run')
    expect(text('run', {command: ['/usr/local/bin/hermes', 'gateway', 'run']})).to.not.contain('-p ')
  })

  it('drops to the service user only when it runs as root', () => {
    const run = text('run', {user: 'hermes'})!
    expect(run).to.contain('if [ "$uid" = 0 ]; then exec /command/s6-setuidgid hermes /usr/local/bin/hermes -p coder gateway run; fi')
    expect(text('run')).to.not.contain('setuidgid')
    expect(text('log/run', {user: 'hermes'})).to.contain('s6-setuidgid hermes')
  })

  it('logs below HERMES_HOME as it is when the logger starts', () => {
    const log = text('log/run')!
    expect(log).to.contain('"$HERMES_HOME"/logs/gateways/coder').and.to.contain('s6-log -b pcoder: 1 p n10 s1000000 T')
    expect(log).to.not.contain('/opt/data/logs')
  })

  it('tells the stop deadline in milliseconds, never 0, which would mean never', () => {
    expect(text('timeout-kill')).to.equal('15000\n')
    expect(text('timeout-kill', {stopSeconds: 0})).to.equal('1\n')
    expect(text('timeout-kill', {stopSeconds: 0.25})).to.equal('250\n')
  })

  it('asks for readiness only where the service tells it', () => {
    expect(text('notification-fd')).to.equal('3\n')
    expect(text('run')).to.contain('export HERMES_NOTIFY_FD=3')
    expect(text('notification-fd', {readiness: 'none'})).to.equal(undefined)
    expect(text('run', {readiness: 'none'})).to.not.contain('HERMES_NOTIFY_FD')
  })

  it('quotes values as a shell needs it', () => {
    const run = text('run', {environment: {FOO: 'bar baz', QUOTED: "a'b"}})!
    expect(run).to.contain("export FOO='bar baz'\n").and.to.contain(`export QUOTED='a'"'"'b'\n`)
  })

  it('has scripts that sh can parse, also with hostile values, and no line of a description becomes a command', async () => {
    const directory = temporaryDirectory()
    const hostile = spec({
      command: ['/bin/true', ...Object.values(HOSTILE)],
      description: 'one\ntouch /tmp/pwned',
      environment: HOSTILE,
      home: `/tmp/it's a "home" $x`,
      logDirectory: `logs/it's`,
      user: `o'user`,
      workingDirectory: "/tmp/$(id) '",
    })
    const slot = slotIn(directory, hostile)
    for (const name of ['run', 'finish', 'log/run']) {
      const result = await exec('sh', ['-n', join(slot, name)])
      expect(result, result.stderr).to.include({exitCode: 0, stderr: ''})
    }

    expect(readFileSync(join(slot, 'run'), 'utf8')).to.not.match(/^touch/m)
  })

  it('gives arguments, environment and directory to the program byte for byte', async () => {
    const directory = temporaryDirectory("hermes 'q' $x ")
    const script = 'process.stdout.write(JSON.stringify({cwd: process.cwd(), env: process.env, argv: process.argv.slice(1)}))'
    const words = Object.values(HOSTILE)
    const hostile = spec({command: [process.execPath, '-e', script, '--', ...words], environment: HOSTILE, workingDirectory: directory})
    const slot = slotIn(directory, hostile)
    const result = await exec('./run', [], {cwd: slot})
    expect(result.exitCode, result.stderr).to.equal(0)
    const seen = JSON.parse(result.stdout) as {argv: string[]; cwd: string; env: Record<string, string>}
    expect(seen.argv).to.deep.equal(words)
    expect(seen.cwd).to.equal(directory)
    expect(seen.env).to.include({...HOSTILE, HERMES_NOTIFY_FD: '3'})
  })

  it('keeps files of the program private by umask, sends errors to the logger and leaves the definition it was started with', async () => {
    const directory = temporaryDirectory()
    const slot = slotIn(directory, spec({command: ['/bin/sh', '-c', 'echo oops >&2; : >file'], workingDirectory: directory}))
    const result = await exec('./run', [], {cwd: slot})
    expect(result.stdout).to.equal('oops\n')
    expect(statSync(join(directory, 'file')).mode & 0o777).to.equal(0o600)
    const record = JSON.parse(readFileSync(join(slot, 'data/hermes.json'), 'utf8')) as {definition: string}
    expect(readFileSync(join(slot, 'data/started'), 'utf8').trim()).to.equal(record.definition)
  })

  it('has a definition that changes with what a process is started with and with nothing else', () => {
    const definition = (more: Partial<ServiceSpec>) => (JSON.parse(text('data/hermes.json', more)!) as {definition: string}).definition
    const base = definition({})
    expect(definition({stopSeconds: 99})).to.equal(base)
    expect(definition({logDirectory: 'logs/x'})).to.equal(base)
    for (const more of [{environment: {A: '1'}}, {command: ['/bin/x']}, {readiness: 'none'}, {user: 'u'}, {workingDirectory: '/'}]) {
      expect(definition(more as Partial<ServiceSpec>), JSON.stringify(more)).to.not.equal(base)
    }
  })

  it('has the same scripts beside links to the launcher where nothing can be executed, and the same definition', () => {
    const plain = filesOf(spec())
    const linked = renderSlot(spec(), TOOLS, '/opt/slot.sh')
    for (const name of ['log/run', 'finish', 'run']) {
      expect(linked.get(name)).to.deep.equal({link: '/opt/slot.sh'})
      expect(linked.get(`${name}.sh`)).to.deep.equal(plain.get(name))
    }

    expect([...linked.keys()].slice(-2)).to.deep.equal(['run.sh', 'run'])
    const record = (entries: ReturnType<typeof renderSlot>) => JSON.parse((entries.get('data/hermes.json') as SlotFile).text)
    expect(record(linked)).to.deep.equal({...record(plain), launcher: '/opt/slot.sh'})
  })

  it('has no script that needs an option of its first line, which the launcher does not see', () => {
    for (const name of ['log/run', 'finish', 'run']) expect(text(name)).to.match(/^#!\/bin\/sh\n/)
  })

  describe('finish', () => {
    /** Exit code of the script and what it wrote down, with an s6-permafailon that says yes or no. */
    const finish = async (code: string, loop: boolean) => {
      const directory = temporaryDirectory()
      const stub = join(directory, 's6-permafailon')
      writeFileSync(stub, `#!/bin/sh\necho "$@" >'${directory}/asked'\n${loop ? 'exit 125' : 'exec "$4"'}\n`, {mode: 0o755})
      const slot = slotIn(directory, spec(), {...TOOLS, permafailon: stub})
      const result = await exec('./finish', [code, '0', 'name', '1'], {cwd: slot})
      const asked = await exec('cat', [join(directory, 'asked')])
      return {asked: asked.stdout.trim(), exitCode: result.exitCode, outcome: readFileSync(join(slot, 'data/outcome'), 'utf8').trim()}
    }

    it('leaves the service down after 0 and after 78, and asks about no crash loop', async () => {
      expect(await finish('0', true)).to.deep.equal({asked: '', exitCode: 125, outcome: 'finished'})
      expect(await finish('78', false)).to.deep.equal({asked: '', exitCode: 125, outcome: 'refused'})
    })

    it('lets it be restarted after 75 however often that was', async () => {
      expect(await finish('75', true)).to.deep.equal({asked: '', exitCode: 0, outcome: 'restart'})
    })

    it('lets anything else be restarted until it is a crash loop of five within a minute', async () => {
      for (const code of ['1', '74', '77', '255', '256']) {
        const again = await finish(code, false)
        expect(again).to.include({exitCode: 0, outcome: 'restart'})
        expect(again.asked).to.match(/^60 5 1-74,76-77,79-255,.*SIGKILL.*SIGSEGV.* true$/)
        expect(await finish(code, true)).to.include({exitCode: 125, outcome: 'crash-loop'})
      }
    })
  })
})
