import {expect} from 'chai'

import type {Container} from '../support/container.js'
import {containers} from '../support/containers.js'
import {gatewaysIn, lastBoot, settled} from '../support/slots.js'

const STARTED = 'action=started'
const DOWN = 'action=registered'

interface Row {
  readonly name: string
  readonly intent?: string
  readonly state?: string
  readonly result: string
}

const state = (name: string): string => JSON.stringify({gateway_state: name, timestamp: 1})
const RUNNING = JSON.stringify({desired_state: 'running'})
const STOPPED = JSON.stringify({desired_state: 'stopped'})

const TABLE: readonly Row[] = [
  {name: 'failed', state: state('startup_failed'), result: `prior_state=startup_failed intent=none ${DOWN}`},
  {name: 'starting', state: state('starting'), result: `prior_state=starting intent=none ${DOWN}`},
  {name: 'stopped', state: state('stopped'), result: `prior_state=stopped intent=none ${DOWN}`},
  {name: 'running', state: state('running'), result: `prior_state=running intent=none ${STARTED}`},
  {name: 'draining', state: state('draining'), result: `prior_state=draining intent=none ${STARTED}`},
  {name: 'degraded', state: state('degraded'), result: `prior_state=degraded intent=none ${STARTED}`},
  {name: 'missing', result: `prior_state=none intent=none ${DOWN}`},
  {name: 'corrupt', state: '{"gateway_state": "runn', result: `prior_state=none intent=none ${DOWN}`},
  {name: 'empty', state: '', result: `prior_state=none intent=none ${DOWN}`},
  {name: 'array', state: '["running"]', result: `prior_state=none intent=none ${DOWN}`},
  {name: 'unknown', state: state('RUNNING'), result: `prior_state=none intent=none ${DOWN}`},
  {name: 'text', state: '"running"', result: `prior_state=none intent=none ${DOWN}`},
  {
    intent: RUNNING,
    name: 'wanted-failed',
    state: state('startup_failed'),
    result: `prior_state=startup_failed intent=running ${DOWN} reason="not started: its last start failed for good"`,
  },
  {intent: RUNNING, name: 'wanted-starting', state: state('starting'), result: `prior_state=starting intent=running ${STARTED}`},
  {intent: RUNNING, name: 'wanted-stopped', state: state('stopped'), result: `prior_state=stopped intent=running ${STARTED}`},
  {intent: RUNNING, name: 'wanted-corrupt', state: '\u0000', result: `prior_state=none intent=running ${STARTED}`},
  {intent: RUNNING, name: 'wanted-missing', result: `prior_state=none intent=running ${STARTED}`},
  {intent: STOPPED, name: 'unwanted-running', state: state('running'), result: `prior_state=running intent=stopped ${DOWN}`},
  {intent: STOPPED, name: 'unwanted-starting', state: state('starting'), result: `prior_state=starting intent=stopped ${DOWN}`},
  {intent: '{"desired_', name: 'intent-corrupt', state: state('running'), result: `prior_state=running intent=none ${STARTED}`},
  {intent: '[]', name: 'intent-array', state: state('stopped'), result: `prior_state=stopped intent=none ${DOWN}`},
  // As the Python project writes them.
  {
    name: 'python-stopped',
    state: '{"gateway_state":"running","pid":123,"desired_state":"stopped"}',
    result: `prior_state=running intent=stopped ${DOWN}`,
  },
  {
    name: 'python-running',
    state: '{"gateway_state":"stopped","pid":123,"desired_state":"running"}',
    result: `prior_state=stopped intent=running ${STARTED}`,
  },
]

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`

/** A profile as somebody makes it who has no hermes at hand. */
const byHand = ({intent, name, state: text}: Row): string => {
  const write = (file: string, content: string | undefined) =>
    content === undefined ? '' : `printf %b ${quoted(content.replaceAll('\u0000', String.raw`\0000`))} > ${file}; `
  return `mkdir -m 700 ${name}; ${write(`${name}/SOUL.md`, 'soul')}${write(`${name}/gateway_state.json`, text)}${write(`${name}/gateway_intent.json`, intent)}`
}

describe('who comes back after a boot', function () {
  this.timeout(120_000)
  const {run, volume} = containers()
  let container: Container
  let boot: Record<string, string>

  const names = (outcome: string): string[] =>
    TABLE.filter(({result}) => result.includes(outcome))
      .map(({name}) => name)
      .sort()

  before(async () => {
    container = await run({command: ['sleep', 'infinity'], volume: await volume()})
    const made = await container.sh(
      `set -e; mkdir -p -m 700 /opt/data/profiles; cd /opt/data/profiles\n${TABLE.map((row) => byHand(row)).join('\n')}`,
      {
        user: 'hermes',
      },
    )
    expect(made.code, made.stderr).to.equal(0)
    await container.restart()
    boot = await lastBoot(container)
  })

  for (const {name, result} of TABLE) it(`${name}: ${result}`, () => expect(boot[name]).to.equal(result))

  it('default: is there though nobody made it', () => {
    expect(boot.default).to.equal(`prior_state=none intent=none ${DOWN}`)
    expect(Object.keys(boot).sort()).to.deep.equal(['default', ...TABLE.map(({name}) => name)].sort())
  })

  it('is what s6 and the processes say too', async () => {
    await settled(container, {down: ['default', ...names(DOWN)], up: names(STARTED)}, 60_000)
    expect((await gatewaysIn(container)).sort()).to.deep.equal(names(STARTED))
  })

  it('warns of files it could not use, by name', async () => {
    const logs = await container.logs()
    for (const name of ['corrupt', 'empty', 'array', 'unknown', 'text', 'wanted-corrupt'])
      expect(logs, name).to.match(new RegExp(`Warning: .*/profiles/${name}/gateway_state\\.json .*taken as no state`))
    for (const name of ['intent-corrupt', 'intent-array'])
      expect(logs, name).to.match(new RegExp(`Warning: .*/profiles/${name}/gateway_intent\\.json .*taken as no intent`))
  })

  it('has a boot log of one line a profile', async () => {
    const {stdout} = await container.exec(['cat', '/opt/data/logs/container-boot.log'])
    const states = 'none|starting|running|degraded|draining|stopped|startup_failed'
    const words = `profile=[a-z0-9_-]+ prior_state=(?:${states}) intent=(?:none|running|stopped) action=(?:started|registered)(?: reason="[^"]+")?`
    const line = new RegExp(`^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z ${words}$`)
    for (const text of stdout.trimEnd().split('\n')) expect(text).to.match(line)
  })

  it('is the same after a power cut, and the operator has the last word', async () => {
    const done = await container.hermes('gateway', 'start', 'wanted-failed', 'missing')
    expect(done.code, done.stderr).to.equal(0)
    await container.kill()
    await container.start()
    const up = [...names(STARTED), 'wanted-failed', 'missing'].sort()
    await settled(container, {down: ['default', ...names(DOWN).filter((name) => !up.includes(name))], up}, 60_000)
  })
})
