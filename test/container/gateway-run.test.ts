import {expect} from 'chai'

import type {Container} from '../support/container.js'

import {containers} from '../support/containers.js'
import {draining} from '../support/programs.js'
import {dockerInTerminal, hasTerminals} from '../support/terminal.js'

const RUN = ['gateway', 'run']
const SLOT = '/run/service/gateway-'

/** A line for each process of hermes that is a gateway, or waits for one. */
const GATEWAYS = String.raw`for p in /proc/[0-9]*; do
  words=$(tr '\0' ' ' <$p/cmdline 2>/dev/null) || continue
  case $words in node\ * | /usr/bin/node\ *) ;; *) continue ;; esac
  case $words in *'gateway run '* | *'gateway:run '*) grep -qz '^HERMES_SUPERVISED=1' $p/environ && echo supervised || echo "$words" ;; esac
done`

const gateways = async (container: Container): Promise<string[]> =>
  (await container.sh(GATEWAYS, {user: 'hermes'})).stdout.trim().split('\n').filter(Boolean).sort()

const status = async (container: Container, profile = 'default'): Promise<any> =>
  (await container.hermes('gateway', 'status', '-p', profile, '--json')).json()

const runs = (container: Container, profile = 'default'): Promise<any> =>
  container.waitFor(`${profile} runs`, async () => {
    const now = await status(container, profile)
    return now.ready === true && now
  })

const wanted = async (container: Container, profile = 'default'): Promise<string> =>
  (await container.exec(['/command/s6-svstat', '-o', 'up,wantedup', `${SLOT}${profile}`], {user: 'hermes'})).stdout.trim()

/** Its log says so. `docker logs` may be a moment behind. */
const says = (container: Container, text: RegExp): Promise<string> =>
  container.waitFor(`the log says ${String(text)}`, async () => {
    const log = await container.logs()
    return text.test(log) && log
  })

describe('gateway run as the command of a container', function () {
  this.timeout(180_000)
  const {once, run, volume} = containers()
  let terminals = false

  before(async () => {
    terminals = await hasTerminals()
  })

  /** A volume with a profile "coder". */
  async function withCoder(program = draining()): Promise<string> {
    const home = await volume()
    const {code, stderr} = await once({command: ['profile', 'create', 'coder', '--command', program], volume: home})
    expect(code, stderr).to.equal(0)
    return home
  }

  for (const [command, profile] of [
    [RUN, 'default'],
    [['hermes', 'gateway:run', '--supervise'], 'default'],
    [['-p', 'coder', ...RUN], 'coder'],
    [['hermes', ...RUN, '--profile=coder'], 'coder'],
  ] as Array<[string[], string]>) {
    it(`${command.join(' ')}: starts ${profile} under supervision, says so, and stays up`, async () => {
      const container = await run({command, ...(profile === 'coder' && {volume: await withCoder()})})
      const log = await says(container, /: started \(/)
      expect(log).to.include('s6 supervision').and.include('--no-supervise').and.include('HERMES_GATEWAY_NO_SUPERVISE=1')
      expect(log).to.include(`The gateway of "${profile}" goes under`)
      expect(await wanted(container, profile)).to.equal('true true')
      // The other one was not asked for.
      if (profile === 'coder') expect(await wanted(container)).to.equal('false false')
      await container.waitFor('nothing waits beside it', async () => (await gateways(container)).length === 1)
      expect(await gateways(container)).to.deep.equal(['supervised'])
      // Not even after a restart does it hand itself over.
      await container.exec(['/command/s6-svc', '-wR', '-r', `${SLOT}${profile}`], {user: 'hermes'})
      expect(await gateways(container)).to.deep.equal(['supervised'])
      expect((await container.logs()).match(/s6 supervision/g)).to.have.lengthOf(1)
      expect((await container.inspect()).State.Running).to.equal(true)
    })
  }

  it('runs it in the foreground where that is asked for, with the others under s6, and ends with it', async () => {
    const ways: Array<[string[], Record<string, string>]> = [
      [[...RUN, '--no-supervise'], {}],
      [RUN, {HERMES_GATEWAY_NO_SUPERVISE: '1'}],
      [['gateway:run'], {HERMES_GATEWAY_NO_SUPERVISE: 'true'}],
      [['-p', 'default', ...RUN], {HERMES_GATEWAY_NO_SUPERVISE: 'yes'}],
    ]
    const home = await withCoder()
    const first = await run({volume: home})
    for (const profile of ['default', 'coder']) await first.hermes('gateway', 'start', '-p', profile)
    await first.stop()
    for (const [command, env] of ways) {
      const what = `${command.join(' ')} ${Object.keys(env).join('')}`
      const container = await run({command, env, volume: home})
      const log = await says(container, /^hermes: gateway of profile default is running/m)
      expect(log, what).not.to.include('s6 supervision')
      // It was meant to run: the slot must not bring up a second one, neither now nor later.
      expect(await wanted(container), what).to.equal('false false')
      await runs(container, 'coder')
      expect(await gateways(container), what).to.have.lengthOf(2)
      expect(await status(container), what).to.include({intent: 'running', state: 'foreground'})
      await container.stop()
      expect(await container.logs()).to.match(/^coder: last words$/m)
    }
  })

  it('stays as its operator left it, through restarts and in new containers, and says so', async () => {
    const home = await volume()
    const first = await run({command: RUN, volume: home})
    await runs(first)
    const stopped = await first.hermes('gateway', 'stop')
    expect(stopped.code, stopped.stderr).to.equal(0)
    await first.restart()
    expect(await says(first, /default: stopped by its operator/)).to.include('hermes gateway start')
    expect(await wanted(first)).to.equal('false false')
    await first.kill()
    const second = await run({command: RUN, volume: home})
    await says(second, /default: stopped by its operator/)
    expect(await status(second)).to.include({intent: 'stopped', pid: null, state: 'stopped'})
    expect((await second.inspect()).State.Running).to.equal(true)
    await second.hermes('gateway', 'start')
    await second.restart()
    await runs(second)
    await second.waitFor('the command has handed over', async () => (await gateways(second)).join(',') === 'supervised')
  })

  it('says why a gateway cannot start, and leaves the container up for whoever mends it', async () => {
    const container = await run({command: ['-p', 'coder', ...RUN], volume: await withCoder('/no/such/program')})
    const log = await says(container, /The container stays up/)
    expect(log)
      .to.include('Error: the gateway of "coder" did not start')
      .and.include('/no/such/program')
      .and.include('Code: config-invalid')
    expect((await container.inspect()).State.Running).to.equal(true)
    expect(await gateways(container)).to.deep.equal([])
    await container.sh('echo "gateway: {command: sleep 1000}" >/opt/data/profiles/coder/config.yaml', {user: 'hermes'})
    const {code, stderr} = await container.hermes('gateway', 'start', '-p', 'coder')
    expect(code, stderr).to.equal(0)
  })

  it('ends with a wrong command', async () => {
    const results = await Promise.all([
      once({command: [...RUN, '-p', 'nobody']}),
      once({command: [...RUN, 'coder', 'x']}),
      once({command: [...RUN, '--no-such-flag']}),
    ])
    expect(results.map(({code}) => code)).to.deep.equal([4, 2, 2])
  })

  it('by hand in a container: starts it, shows its log, and leaves it running', async function () {
    if (!terminals) this.skip()
    const container = await run({volume: await withCoder()})
    const shown = dockerInTerminal(['exec', '--interactive', '--tty', container.name, 'hermes', ...RUN, '-p', 'coder'])
    await shown.shows(/s6 supervision/)
    await shown.shows(/ {2}up\r$/m)
    shown.type('\u0003')
    await shown.shows(/Detached/)
    expect(await shown.ended()).to.equal(0)
    await runs(container, 'coder')
    expect(await gateways(container)).to.deep.equal(['supervised'])
  })
})
