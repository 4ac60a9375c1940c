import {expect} from 'chai'

import {examine} from '#hermes/doctor/examine.js'
import type {Finding, HomeFacts, ManagerFacts, ProfileFacts, Registration} from '#hermes/doctor/types.js'
import type {GatewayStatus} from '#hermes/gateway/status.js'

const status = (more: Partial<GatewayStatus> = {}): GatewayStatus => ({
  drift: null,
  enabled: true,
  failures: 0,
  intent: 'running',
  observed: null,
  pid: 7,
  port: 9200,
  profile: 'coder',
  ready: true,
  reason: null,
  registered: true,
  restart_due: false,
  since: null,
  state: 'running',
  warnings: [],
  ...more,
})

const registration = (more: Partial<Registration> = {}): Registration => ({
  bootPersistence: true,
  enabled: true,
  kind: 'systemd',
  label: 'systemd (user)',
  scope: 'user',
  scoped: true,
  ...more,
})

const profile = (more: Partial<ProfileFacts> = {}): ProfileFacts => ({
  config: {ok: true, port: 9200},
  directory: {is: 'directory', mode: 0o700, path: '/h/profiles/coder', uid: 7},
  lock: {is: 'file', mode: 0o600, path: '/h/profiles/coder/gateway.lock', uid: 7},
  name: 'coder',
  registrations: [registration()],
  secrets: {is: 'file', mode: 0o600, path: '/h/profiles/coder/.env', uid: 7},
  status: status(),
  unreadable: [],
  ...more,
})

const manager = (more: Partial<ManagerFacts> = {}): ManagerFacts => {
  const {bootPersistence, kind, label, scope, scoped} = registration()
  return {bootPersistence, failures: [], findings: [], kind, label, scope, scoped, services: ['coder'], ...more}
}

const home = (more: Partial<HomeFacts> = {}): HomeFacts => ({
  bad: [],
  broken: [],
  elsewhere: undefined,
  halfRenamed: undefined,
  home: '/h',
  managers: [manager()],
  profiles: [profile()],
  temporary: undefined,
  warnings: [],
  ...more,
})

const of = (facts: Partial<HomeFacts>): readonly Finding[] => examine(home(facts))
const ofProfile = (facts: Partial<ProfileFacts>): readonly Finding[] => of({profiles: [profile(facts)]})

describe('What the doctor finds', () => {
  it('is nothing where nothing is wrong', () => {
    expect(examine(home())).to.deep.equal([])
    expect(
      ofProfile({
        directory: undefined,
        lock: undefined,
        registrations: [],
        secrets: undefined,
        status: status({intent: 'none', state: 'absent'}),
      }),
    ).to.deep.equal([])
    expect(ofProfile({status: status({intent: 'running', state: 'starting'})})).to.deep.equal([])
  })

  it('is said once of a gateway whose configuration cannot be used', () => {
    const found = ofProfile({config: {because: 'no yaml', ok: false}, status: status({reason: 'no yaml', state: 'failed'})})
    expect(found.map(({check}) => check)).to.deep.equal(['config-invalid'])
  })

  it('is cured by what can help: starting does not where it failed by itself, nor where no manager is usable', () => {
    const cure = (facts: Partial<GatewayStatus>, more: Partial<HomeFacts> = {}): string =>
      of({...more, profiles: [profile({registrations: [], status: status({intent: 'running', ...facts})})]})[0]!.cure
    expect(cure({state: 'stopped'})).to.equal('hermes gateway:start coder')
    expect(cure({observed: 'startup_failed', state: 'failed'})).to.equal('Mend that, then: hermes gateway:start coder')
    expect(cure({state: 'failed'})).to.match(/logs coder.* start coder|logs coder.*:start coder/)
    expect(cure({state: 'absent'}, {managers: []})).to.match(/hermes backend.*s6 boot/)
  })

  const cases: Record<string, [found: () => readonly Finding[], check: string, severity: string, cure: RegExp]> = {
    'a broken configuration': [() => ofProfile({config: {because: 'no yaml', ok: false}}), 'config-invalid', 'error', /restart coder/],
    'a definition that somebody changed': [
      () => ofProfile({status: status({drift: 'Restart= is "no"'})}),
      'drift',
      'warning',
      /restart coder/,
    ],
    'a directory others look into': [
      () => ofProfile({directory: {is: 'directory', mode: 0o755, path: '/h/p', uid: 7}}),
      'too-open',
      'warning',
      /^chmod 0700 \/h\/p$/,
    ],
    'a directory that is no profile': [() => of({bad: [{because: 'upper case', name: 'Coder'}]}), 'not-a-profile', 'error', /./],
    'a finding of a manager': [
      () => of({managers: [manager({findings: [{cure: 'loginctl enable-linger', message: 'no linger', severity: 'error'}]})]}),
      'manager',
      'error',
      /^loginctl enable-linger$/,
    ],
    'a gateway outside its manager': [() => ofProfile({status: status({state: 'foreground'})}), 'outside', 'warning', /stop coder/],
    'a gateway that fails again and again': [
      () => ofProfile({status: status({failures: 3, reason: 'waiting 4 s', state: 'starting'})}),
      'failing',
      'warning',
      /gateway:logs coder/,
    ],
    'a gateway that comes back though it is meant to be down': [
      () => ofProfile({status: status({intent: 'stopped', state: 'stopped'})}),
      'comes-back',
      'warning',
      /stop coder/,
    ],
    'a gateway that is meant to run and does not': [
      () => ofProfile({status: status({reason: 'it died\nlong ago', state: 'failed'})}),
      'not-up',
      'error',
      /start coder/,
    ],
    'a gateway that will stay down though it is meant to run': [
      () => ofProfile({registrations: [registration({enabled: false})]}),
      'stays-down',
      'warning',
      /start coder/,
    ],
    'a home elsewhere': [() => of({elsewhere: 'supervised elsewhere'}), 'supervised-elsewhere', 'warning', /there/],
    'a home that may be gone': [() => of({temporary: '/tmp'}), 'temporary-home', 'error', /HERMES_HOME/],
    'a lock that is none': [() => ofProfile({lock: {is: 'other', mode: 0o777, path: '/h/lock', uid: 7}}), 'lock', 'error', /Remove/],
    'a manager that fails': [() => of({managers: [manager({failures: ['no bus']})]}), 'manager', 'error', /hermes backend/],
    'a profile that cannot be looked at': [() => ofProfile({unreadable: ['EACCES']}), 'unreadable', 'error', /./],
    'a rename that was cut short': [() => of({halfRenamed: {from: 'a', to: 'b'}}), 'half-renamed', 'warning', /rename a b/],
    'a service of a deleted profile': [
      () => of({managers: [manager({scope: 'system', services: ['coder', 'ghost']})]}),
      'orphan-service',
      'error',
      /^HERMES_BACKEND=systemd hermes gateway:uninstall ghost --system$/,
    ],
    'a state that cannot be read': [() => ofProfile({status: status({warnings: ['it is not JSON']})}), 'unreadable', 'warning', /./],
    'an older definition': [() => ofProfile({status: status({restart_due: true})}), 'restart-due', 'warning', /restart coder/],
    'secrets others can read': [
      () => ofProfile({secrets: {is: 'file', mode: 0o640, path: '/h/.env', uid: 7}}),
      'too-open',
      'error',
      /^chmod 0600/,
    ],
    'two services of one profile': [
      () => ofProfile({registrations: [registration(), registration({label: 'systemd (system)', scope: 'system'})]}),
      'double-service',
      'error',
      /HERMES_BACKEND=systemd hermes gateway:uninstall coder --system$/,
    ],
    'what was left out': [() => of({warnings: ['profiles/default/ is skipped']}), 'left-out', 'warning', /./],
  }
  for (const [what, [found, check, severity, cure]] of Object.entries(cases)) {
    it(`is ${what}, with the cure, and nothing else`, () => {
      const findings = found()
      expect(findings.map((one) => [one.check, one.severity])).to.deep.equal([[check, severity]])
      expect(findings[0]!.cure).to.match(cure)
      expect(findings[0]!.message).to.not.include('\n')
    })
  }

  it('is each of two profiles with one port, and files of two users', () => {
    const other = profile({lock: undefined, name: 'writer', secrets: undefined})
    const ports = of({managers: [manager({services: []})], profiles: [profile(), other]})
    expect(ports.map(({check, profile: name}) => [check, name])).to.deep.equal([
      ['port-taken', 'coder'],
      ['port-taken', 'writer'],
    ])
    const foreign = profile({
      config: {ok: true, port: 1},
      directory: {is: 'directory', mode: 0o700, path: '/h/w', uid: 0},
      lock: undefined,
      name: 'writer',
      secrets: undefined,
    })
    expect(of({profiles: [profile(), foreign]}).map(({check}) => check)).to.deep.equal(['foreign-owner'])
  })

  it('is told of one profile alone, and errors come first', () => {
    const facts = home({
      bad: [{because: 'x', name: 'X'}],
      profiles: [profile({config: {because: 'no', ok: false}, status: status({drift: 'd'})})],
    })
    expect(examine(facts, 'coder').map(({check}) => check)).to.deep.equal(['config-invalid', 'drift'])
    expect(examine(facts, 'other')).to.deep.equal([])
    expect(examine(facts).map(({severity}) => severity)).to.deep.equal(['error', 'error', 'warning'])
  })

  it('is nothing about what a manager that forgets at a boot brings back', () => {
    const registrations = [registration({bootPersistence: false, enabled: false})]
    expect(ofProfile({registrations})).to.deep.equal([])
    expect(of({managers: [manager({bootPersistence: false})], temporary: '/tmp'})).to.deep.equal([])
  })
})
