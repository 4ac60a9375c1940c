import {argument, plain, quote} from '@hermes-cli/backend-systemd/dist/quote.js'
import {readUnit, renderUnit, type Target} from '@hermes-cli/backend-systemd/dist/render.js'
import {driftOf} from '@hermes-cli/backend-systemd/dist/unit.js'
import {serviceStem, type ServiceSpec} from '@hermes-cli/service-manager'

import {expect} from 'chai'

const SPEC: ServiceSpec = {
  command: ['/usr/bin/hermes', '-p', 'a', 'gateway', 'run'],
  description: 'hermes gateway of profile a',
  environment: {HERMES_HOME: '/home/me/.hermes'},
  home: '/home/me/.hermes',
  id: 'a',
  logDirectory: 'logs/gateways/a',
  readiness: 'fd',
  startSeconds: 1.5,
  stopSeconds: 15,
  workingDirectory: '/home/me/.hermes/profiles/a',
}
const TARGET: Target = {
  mkfifo: '/usr/bin/mkfifo',
  scope: 'user',
  stem: 'hermes-gateway-a',
  systemctl: '/usr/bin/systemctl',
  wantedBy: 'default.target',
}

const unit = (spec: Partial<ServiceSpec> = {}, target: Partial<Target> = {}): string =>
  renderUnit({...SPEC, ...spec}, {...TARGET, ...target})

describe('systemd: units', () => {
  it('quote what systemd would read as syntax', () => {
    expect(quote('a b\n"\t\\ %n $x')).to.equal(String.raw`"a b\n\"\t\\ %%n $x"`)
    // eslint-disable-next-line no-template-curly-in-string -- to systemd it is a variable
    expect(argument('$HOME ${x} %i;')).to.equal('"$$HOME $${x} %%i;"')
    expect(plain('ends\\')).to.equal(String.raw`ends\ `)
    expect(plain(' one\ttwo\u2028[Service] 5%')).to.equal('one two [Service] 5%%')
  })

  it('keep the exit-code table and the deadlines', () => {
    const lines = unit().split('\n')
    expect(lines).to.include.members(['Restart=always', 'RestartPreventExitStatus=0 78', 'SuccessExitStatus=75', 'KillMode=control-group'])
    expect(lines).to.include.members(['TimeoutStartSec=1500ms', 'TimeoutStopSec=15000ms', 'WantedBy=default.target'])
    // systemd takes 0 for "for ever".
    expect(unit({stopSeconds: 0})).to.include('TimeoutStopSec=100ms')
  })

  it('name a user in the scope of the machine only', () => {
    expect(unit({user: 'agent'})).not.to.include('User=')
    expect(unit({user: 'agent'}, {scope: 'system'}))
      .to.include('\nUser=agent\n')
      .and.to.include('\nAfter=network-online.target\n')
  })

  it('wait for readiness only where it is told', () => {
    expect(unit()).to.include('ExecStartPost=')
    expect(unit({readiness: 'none'}))
      .not.to.include('ExecStartPost=')
      .and.not.to.include('HERMES_NOTIFY_FD')
  })

  it('grow the delay before a restart only where systemd knows how', () => {
    expect(unit()).not.to.match(/RestartSteps|RestartMaxDelaySec/)
    expect(unit({}, {backOff: true}).split('\n')).to.include.members(['RestartSteps=4', 'RestartMaxDelaySec=5000ms'])
  })

  it('run the stop command before a stop, bounded where that can be', () => {
    expect(unit()).not.to.include('ExecStop=')
    const stopCommand = ['/usr/bin/hermes', 'a "b"', '%n $x'] as const
    const line = (target: Partial<Target>) =>
      unit({stopCommand}, target)
        .split('\n')
        .find((one) => one.startsWith('ExecStop='))
    expect(line({}))
      .to.match(/^ExecStop=-"\/bin\/sh" /)
      .and.to.include(String.raw`"/usr/bin/systemctl" "user" "hermes-gateway-a.service"`)
      .and.to.match(/ "\/home\/me\/\.hermes\/profiles\/a" "\/usr\/bin\/hermes" "a \\"b\\"" "%%n \$\$x"$/)
    expect(line({timeout: '/usr/bin/timeout'})).to.include('"/usr/bin/timeout" "-k" "1" "4" "/usr/bin/hermes"')
  })

  it('say whose they are, whatever is in the home', () => {
    const home = `/home/é " \\ %n $x \u202E/.hermes`
    const text = unit({home})
    expect(text.split('\n')[0]).to.match(/^# hermes: \{[ -~]*\}$/)
    expect(readUnit(text)?.record.spec).to.deep.equal({...SPEC, home})
  })

  it('that hermes did not write are not read', () => {
    for (const text of ['', '[Unit]\n', '# hermes: \n', '# hermes: null\n', '# hermes: {"spec":{}}\n', '# hermes: {', unit().slice(1)])
      expect(readUnit(text), text.slice(0, 40)).to.equal(undefined)
  })

  it('have another definition when anything a process is started from differs', () => {
    const definition = (text: string) => readUnit(text)!.record.definition
    expect(definition(unit())).to.equal(definition(unit()))
    expect(definition(unit({environment: {A: 'b'}}))).not.to.equal(definition(unit()))
  })

  it('that were edited say so in one line', () => {
    const drift = (change: (text: string) => string) => driftOf(readUnit(change(unit()))!)
    expect(drift((text) => text)).to.equal(undefined)
    expect(drift((text) => text.replace('Restart=always', 'Restart=no'))).to.equal('the unit was edited: it has "Restart=no"')
    expect(drift((text) => text.replace('UMask=0077\n', ''))).to.equal('the unit was edited: it lacks "UMask=0077"')
    expect(drift((text) => `${text}\n`)).to.equal('the unit was edited')
    // The record is a file's word: it may be anything.
    expect(drift((text) => text.replace('"command":[', '"command":null,"x":[').replace('Restart=always', 'Restart=no'))).to.match(/edited/)
  })
})

describe('names of services', () => {
  it('carry a hash of the home unless it is the default one', () => {
    const stem = (home: string, defaultHome?: string) => serviceStem({home, id: 'a', prefix: 'x-', ...(defaultHome ? {defaultHome} : {})})
    expect(stem('/h', '/h')).to.equal('x-a')
    expect(stem('/h')).to.match(/^x-a\.[\da-f]{8}$/)
    expect(stem('/h')).not.to.equal(stem('/g'))
  })
})
