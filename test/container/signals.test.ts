import {expect} from 'chai'

import {containers} from '../support/containers.js'
import {draining} from '../support/programs.js'
import {hasTerminals} from '../support/terminal.js'

describe('signals and a terminal for a container', function () {
  this.timeout(120_000)
  const {run, terminal} = containers()
  let terminals = false

  before(async () => {
    terminals = await hasTerminals()
  })

  it('stops on SIGTERM, SIGINT and SIGQUIT, with 0 where it has no command', async () => {
    const codes = await Promise.all(
      ['TERM', 'INT', 'QUIT'].map(async (signal) => {
        const container = await run()
        await container.kill(signal)
        return container.waitExit(20)
      }),
    )
    expect(codes).to.deep.equal([0, 0, 0])
  })

  it('passes them on to its command as SIGTERM, whose exit code stays', async () => {
    const polite = `trap 'echo told; exit 5' TERM; echo begun; while :; do sleep 0.1; done`
    const [told, killed] = await Promise.all([
      run({command: ['sh', '-c', polite]}),
      run({command: ['sh', '-c', 'echo begun; exec sleep infinity']}),
    ])
    for (const one of [told, killed]) await one.waitFor('the command runs', async () => (await one.logs()).includes('begun'))
    await Promise.all([told.kill('INT'), killed.kill('TERM')])
    expect(await told.waitExit(20)).to.equal(5)
    expect(await told.logs()).to.match(/^told$/m)
    expect(await killed.waitExit(20)).to.equal(143)
  })

  it('lives on with any other', async () => {
    const container = await run()
    for (const signal of ['HUP', 'USR1', 'USR2', 'ALRM', 'WINCH', 'CONT', 'PIPE']) await container.kill(signal)
    const {code, stderr} = await container.hermes('gateway', 'start')
    expect(code, stderr).to.equal(0)
    expect((await container.inspect()).State.Running).to.equal(true)
  })

  it('gives a shell its job control, and Ctrl-C to what runs in it', async function () {
    if (!terminals) this.skip()
    const bash = terminal({command: ['bash', '--norc']})
    await bash.shows(/\$ $/)
    bash.type('tty; set -o | grep monitor\n')
    await bash.shows(/\/dev\/pts\/\d+\s+monitor\s+on/)
    expect(bash.shown()).not.to.include('no job control')
    bash.type(`sh -c 'echo 1""2; exec sleep 1000'\n`)
    // Said by what then sleeps: it is in the foreground by now.
    await bash.shows(/^12\r$/m)
    bash.type('\u0003')
    bash.type('echo "code $?"\n')
    await bash.shows(/^code 130\r$/m)
    bash.type(`sh -c 'echo 2""3; exec sleep 1000'\n`)
    await bash.shows(/^23\r$/m)
    bash.type('\u001A')
    await bash.shows(/\[1\]\+\s+Stopped/)
    bash.type('fg\n')
    await bash.shows(/Stopped[^]*fg\r\n[^]*sleep 1000/)
    bash.type('\u0003')
    await bash.shows(/(?:\^C[^]*){2}\$ $/)
    bash.type('exit 6\n')
    expect(await bash.ended()).to.equal(6)
  })

  for (const [command, code] of [
    [[], 0],
    [['gateway', 'run'], 0],
    [['sleep', 'infinity'], 130],
  ] as Array<[string[], number]>) {
    it(`${command.join(' ') || 'no command'}: Ctrl-C in the terminal lets every gateway drain`, async function () {
      if (!terminals) this.skip()
      const attached = terminal({command})
      await attached.shows(/profile=default/)
      await attached.container.booted()
      await attached.container.hermes('profile', 'create', 'coder', '--command', draining(1))
      await attached.container.hermes('gateway', 'start', '-p', 'coder')
      await attached.shows(/^coder: up\r$/m)
      // Nobody could bring it back.
      attached.type('\u001A')
      await attached.shows(/\^Z/)
      attached.type('\u0003')
      expect(await attached.ended()).to.equal(code)
      expect(attached.shown()).to.match(/^coder: last words\r$/m)
    })
  }
})
