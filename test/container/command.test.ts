import {expect} from 'chai'
import {containers} from '../support/containers.js'
import {docker} from '../support/docker.js'
import {draining} from '../support/programs.js'
import {putFiles} from '../support/put-files.js'

describe('the command of a container', function () {
  this.timeout(120_000)
  const {create, once, run, volume} = containers()

  describe('an executable', () => {
    it('runs as hermes, in the container’s directory, with its environment, its input and its exit code', async () => {
      const script = String.raw`id -un; id -u; pwd; printf "<%s>\n" "$HOME" "$ODD"; cat; exit 7`
      const {code, stderr, stdout} = await once({
        args: ['--workdir', '/usr/share'],
        command: ['sh', '-c', script],
        env: {ODD: ' a=b\n"é" $HOME '},
        input: 'piped\nwithout an end',
      })
      expect(stdout, stderr).to.equal('hermes\n10000\n/usr/share\n</opt/data>\n< a=b\n"é" $HOME >\npiped\nwithout an end')
      expect(code).to.equal(7)
    })

    it('starts in the volume, and gets every word as it was given', async () => {
      const words = ['', ' a  b ', `q'"\``, 'two\nlines', '-n', '--help', '$HOME', '*', '\\', ';', '}', 'é']
      const [given, where] = await Promise.all([once({command: ['/usr/bin/printf', '[%s]', ...words]}), once({command: ['pwd']})])
      expect(given.stdout, given.stderr).to.equal(words.map((word) => `[${word}]`).join(''))
      expect(where.stdout).to.equal('/opt/data\n')
    })

    it('ends the container with 128 and the signal’s number when a signal ends it', async () => {
      const codes = await Promise.all(['KILL', 'TERM', 'HUP'].map((name) => once({command: ['sh', '-c', `kill -${name} $$`]})))
      expect(codes.map(({code}) => code)).to.deep.equal([137, 143, 129])
    })

    it('may be any file of the container that can be executed, by its path or in PATH', async () => {
      const env = {PATH: '/opt/tools:/usr/bin:/bin'}
      const made = await Promise.all([create({command: ['/opt/tools/agent', '1']}), create({command: ['agent', '2'], env})])
      const results = await Promise.all(
        made.map(async (container) => {
          await putFiles(container, '/opt/tools', {agent: '#!/bin/sh\necho "agent $*"\nexit 3\n'})
          return docker(['start', '--attach', container.name])
        }),
      )
      expect(results.map(({code, stdout}) => [code, stdout])).to.deep.equal([
        [3, 'agent 1\n'],
        [3, 'agent 2\n'],
      ])
    })

    it('runs beside the gateways, which drain when it ends', async () => {
      const home = await volume()
      const first = await run({volume: home})
      await first.hermes('profile', 'create', 'coder', '--command', draining(1))
      const started = await first.hermes('gateway', 'start', '-p', 'coder')
      expect(started.code, started.stderr).to.equal(0)
      await first.stop()

      const script = 'until hermes gateway status -p coder; do sleep 0.1; done; exit 9'
      const {code, stderr, stdout} = await once({command: ['sh', '-c', script], volume: home})
      expect(code, stdout + stderr).to.equal(9)
      expect(stdout)
        .to.match(/^coder: up$/m)
        .and.match(/^coder: last words$/m)
    })
  })

  describe('anything else', () => {
    it('is a command line of hermes, with its exit code, with or without the name', async () => {
      const wanted: Array<[string[], number, RegExp]> = [
        [['--version'], 0, /^hermes-cli\//],
        [['hermes'], 0, /^USAGE/m],
        [['/usr/local/bin/hermes', '--version'], 0, /^hermes-cli\//],
        [['profil'], 2, /^Error: profil is not a hermes command/m],
        [['hermes', 'profil'], 2, /^Error: profil is not a hermes command/m],
        // Programs there are, but hermes was asked.
        [['hermes', 'bash'], 2, /^Error: bash is not a hermes command/m],
        [['hermes', 'true'], 2, /^Error: true is not a hermes command/m],
        [['gateway', 'run', '--help'], 0, /--no-supervise/],
        [['gateway', 'status', '-p', 'nobody'], 4, /nobody/],
        [['gateway', 'start'], 69, /^Code: no-service-manager/m],
        [['/etc/passwd'], 2, /is not a hermes command/],
        [['/opt'], 2, /is not a hermes command/],
        [[''], 2, /^Code: usage/m],
      ]
      // Not all at once: the engine starts them one after the other anyway.
      for (let begun = 0; begun < wanted.length; begun += 4) {
        await Promise.all(
          wanted.slice(begun, begun + 4).map(async ([command, code, text]) => {
            const result = await once({command})
            expect(result.code, `${command.join(' ')}: ${result.stdout}${result.stderr}`).to.equal(code)
            expect(result.stdout + result.stderr, command.join(' ')).to.match(text)
          }),
        )
      }
    })

    it('starts no gateway, not even one that is meant to run', async () => {
      const home = await volume()
      const first = await run({volume: home})
      expect((await first.hermes('gateway', 'start')).code).to.equal(0)
      await first.stop()

      const {code, stderr, stdout} = await once({command: ['gateway', 'list', '--json'], volume: home})
      expect(code, stderr).to.equal(0)
      // Nothing of a boot before it: whoever reads it wants JSON alone.
      const {gateways} = JSON.parse(stdout)
      expect(gateways[0]).to.include({intent: 'running', pid: null, profile: 'default'})
      expect(stderr).not.to.include('reconcile')

      await first.start()
      await first.waitFor('it is back', async () => (await first.hermes('gateway', 'status')).code === 0)
    })
  })
})
