import {detect, locate} from '@hermes-cli/backend-s6/dist/detect.js'
import type {FifoState, HostFacts} from '@hermes-cli/service-manager'

import {expect} from 'chai'

const HOME = '/home/me/.hermes'
const PRIVATE = `${HOME}/run/service`
const TOOLS = ['s6-svc', 's6-svscanctl', 's6-svstat']

interface Fake {
  readonly fifos?: Record<string, FifoState>
  readonly environment?: Record<string, string>
  readonly comm?: string
  readonly directories?: readonly string[]
  /** Directory in which the s6 programs are; undefined: nowhere. */
  readonly tools?: string | undefined
  readonly uid?: number
}

function fakeHost({comm = 'systemd', directories = [], environment = {}, fifos = {}, tools = '/usr/bin', uid = 1000}: Fake): HostFacts {
  return {
    environment,
    findProgram: (name, first = []) => ([...first, '/usr/bin'].includes(tools) && TOOLS.includes(name) ? `${tools}/${name}` : undefined),
    home: HOME,
    isDirectory: (path) => directories.includes(path),
    platform: 'linux',
    probeFifo: (path) => fifos[path.replace('/.s6-svscan/control', '')] ?? 'absent',
    readText: (path) => (path === '/proc/1/comm' ? `${comm}\n` : undefined),
    uid,
  }
}

interface Case {
  readonly title: string
  readonly host: Fake
  readonly usable: boolean
  readonly scandir?: string
  readonly because: RegExp
  readonly label?: string
}

const cases: Case[] = [
  {because: /^no live scandir: .*run\/service, \/run\/service, \/run\/s6\/services/, host: {}, title: 'a plain host', usable: false},
  {
    because: /^s6-svscan serves \/run\/service$/,
    host: {comm: 's6-svscan', fifos: {'/run/service': 'live'}, tools: '/command', uid: 0},
    label: 's6 (container supervisor)',
    scandir: '/run/service',
    title: 's6-overlay 3, root',
    usable: true,
  },
  {
    because: /serves \/run\/s6\/services$/,
    host: {comm: 's6-svscan', fifos: {'/run/s6/services': 'live'}},
    label: 's6 (container supervisor)',
    scandir: '/run/s6/services',
    title: 's6-overlay 2',
    usable: true,
  },
  {
    because: /process 1 and serves \/run\/service, which user 1000 may not control/,
    host: {comm: 's6-svscan', directories: ['/run/s6/basedir'], fifos: {'/run/service': 'denied'}},
    label: 's6 (container supervisor)',
    scandir: '/run/service',
    title: 's6-overlay 3, an unprivileged user',
    usable: true,
  },
  {
    because: /user 1000 may not look into \/run\/service/,
    host: {comm: 's6-svscan', fifos: {'/run/service': 'denied'}},
    title: 'a denied scandir without /run/s6/basedir',
    usable: false,
  },
  {
    because: /user 1000 may not look into \/run\/service/,
    host: {comm: 'tini', directories: ['/run/s6/basedir'], fifos: {'/run/service': 'denied'}},
    title: 'a denied scandir under another init',
    usable: false,
  },
  {
    because: /serves \/run\/service$/,
    host: {comm: 'init', fifos: {'/run/service': 'live'}},
    label: 's6',
    scandir: '/run/service',
    title: 'a micro-VM where s6-svscan is not process 1',
    usable: true,
  },
  {
    because: /^a private tree runs in \/home\/me\/\.hermes\/run\/service$/,
    host: {fifos: {[PRIVATE]: 'live'}},
    label: 's6 (private tree)',
    scandir: PRIVATE,
    title: 'a private tree',
    usable: true,
  },
  {
    because: /^a private tree/,
    host: {fifos: {'/run/service': 'live', [PRIVATE]: 'live'}},
    label: 's6 (private tree)',
    scandir: PRIVATE,
    title: 'a private tree beside one of the system',
    usable: true,
  },
  {
    because: /serves \/run\/service$/,
    host: {fifos: {'/run/service': 'live', [PRIVATE]: 'dead'}},
    label: 's6',
    scandir: '/run/service',
    title: 'a dead private tree beside a live scandir',
    usable: true,
  },
  {
    because: /no s6-svscan runs in \/home\/me\/\.hermes\/run\/service any more/,
    host: {fifos: {[PRIVATE]: 'dead'}},
    title: 'a private tree that was killed',
    usable: false,
  },
  {
    because: /no s6-svscan runs in \/run\/service any more/,
    host: {comm: 's6-svscan', directories: ['/run/s6/basedir'], fifos: {'/run/service': 'dead'}},
    title: 'a container whose scandir is a dead leftover',
    usable: false,
  },
  {
    because: /^s6-svscan serves \/srv\/x \(HERMES_S6_SCANDIR\)$/,
    host: {environment: {HERMES_S6_SCANDIR: '/srv/x', S6_PROFILE_GATEWAY_SCANDIR: '/srv/y'}, fifos: {'/srv/x': 'live', '/srv/y': 'live'}},
    label: 's6',
    scandir: '/srv/x',
    title: 'both variables set',
    usable: true,
  },
  {
    because: /\(S6_PROFILE_GATEWAY_SCANDIR\)$/,
    host: {environment: {HERMES_S6_SCANDIR: '', S6_PROFILE_GATEWAY_SCANDIR: '/srv/y'}, fifos: {'/srv/y': 'live'}},
    label: 's6',
    scandir: '/srv/y',
    title: 'the variable of the Python project',
    usable: true,
  },
  {
    because: /no s6-svscan has ever run in \/srv\/x \(HERMES_S6_SCANDIR\)/,
    host: {environment: {HERMES_S6_SCANDIR: '/srv/x'}, fifos: {'/run/service': 'live', [PRIVATE]: 'live'}},
    scandir: '/srv/x',
    title: 'a named scandir without s6-svscan, though others are live',
    usable: false,
  },
  {
    because: /HERMES_S6_SCANDIR is "run\/service", which is no absolute path/,
    host: {environment: {HERMES_S6_SCANDIR: 'run/service'}, fifos: {'/run/service': 'live'}},
    title: 'a relative scandir',
    usable: false,
  },
  {
    because: /^s6-svscan serves \/run\/service, but s6-svc, s6-svscanctl, s6-svstat cannot be found in \/command or PATH$/,
    host: {comm: 's6-svscan', fifos: {'/run/service': 'live'}, tools: '/opt/unknown'},
    scandir: '/run/service',
    title: 'a live scandir without the s6 programs',
    usable: false,
  },
  {
    because: /^no live scandir/,
    host: {comm: 's6-svscan', directories: ['/run/s6/basedir']},
    title: 'the traces of a container without a scandir',
    usable: false,
  },
]

describe('s6: detection', () => {
  for (const {because, host, label, scandir, title, usable} of cases) {
    it(`${usable ? 'uses' : 'does not use'} ${title}`, () => {
      const found = locate(fakeHost(host))
      expect(found.because).to.match(because)
      expect(found.usable).to.equal(usable)
      expect(found.scandir).to.equal(scandir)
      expect(found.label).to.equal(label)
      const detection = detect(fakeHost(host))
      expect(detection).to.include({because: found.because, usable})
      expect(detection).to.not.have.property('scandir')
    })
  }

  it('looks at nothing but the named scandir', () => {
    const seen: string[] = []
    const host = fakeHost({environment: {HERMES_S6_SCANDIR: '/srv/x'}})
    locate({
      ...host,
      probeFifo(path) {
        seen.push(path)
        return 'absent'
      },
    })
    expect(seen).to.deep.equal(['/srv/x/.s6-svscan/control'])
  })
})
