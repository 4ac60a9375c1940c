import {detect, locate} from '@hermes-cli/backend-systemd/dist/detect.js'
import type {HostFacts} from '@hermes-cli/service-manager'

import {expect} from 'chai'

interface Fake {
  /** Paths that are not the user's own. */
  readonly owners?: Readonly<Record<string, number>>
  readonly directories?: readonly string[]
  readonly platform?: string
  readonly runtime?: string
  readonly scope?: 'system' | 'user'
  readonly systemctl?: boolean
  readonly uid?: number
}

const fake = ({directories = [], owners = {}, platform = 'linux', runtime, scope, systemctl = true, uid = 1000}: Fake): HostFacts => ({
  environment: runtime === undefined ? {} : {XDG_RUNTIME_DIR: runtime},
  findProgram: (name) => (systemctl && name === 'systemctl' ? '/usr/bin/systemctl' : undefined),
  home: '/home/me/.hermes',
  isDirectory: (path) => directories.includes(path),
  owner: (path) => owners[path] ?? uid,
  platform,
  probeFifo: () => 'absent',
  readText: () => undefined,
  ...(scope ? {scope} : {}),
  uid,
})

const BOOTED = '/run/systemd/system'
const MINE = ['/run/user/1000', '/run/user/1000/systemd']

const cases: Array<{because: RegExp; host: Fake; runtime?: string; title: string; usable: boolean}> = [
  {because: /is for Linux, this is darwin/, host: {directories: [BOOTED, ...MINE], platform: 'darwin'}, title: 'a Mac', usable: false},
  {
    because: /not booted with systemd/,
    host: {directories: ['/run/systemd', ...MINE]},
    title: 'a VM with systemd installed, not booted',
    usable: false,
  },
  {because: /systemctl cannot be found/, host: {directories: [BOOTED, ...MINE], systemctl: false}, title: 'no systemctl', usable: false},
  {
    because: /systemd of user 1000 listens in \/run\/user\/1000$/,
    host: {directories: [BOOTED, ...MINE]},
    runtime: '/run/user/1000',
    title: 'a user without XDG_RUNTIME_DIR',
    usable: true,
  },
  {
    because: /\/run\/user\/1001 is missing, so no systemd runs for user 1001: .*enable-linger.*`su` and `sudo` start no/,
    host: {directories: [BOOTED, ...MINE], runtime: '/run/user/1000', uid: 1001},
    title: 'su: the runtime directory of another user is left in the environment',
    usable: false,
  },
  {
    because: /^XDG_RUNTIME_DIR is \/elsewhere, which is not of this user; \/run\/user\/1000 is missing/,
    host: {directories: [BOOTED, '/elsewhere', '/elsewhere/systemd'], owners: {'/elsewhere': 1001}, runtime: '/elsewhere'},
    title: 'the runtime directory of another user, by its owner',
    usable: false,
  },
  {
    because: /systemd of user 1000 listens in \/run\/user\/1000$/,
    host: {directories: [BOOTED, '/elsewhere', '/elsewhere/systemd', ...MINE], owners: {'/elsewhere': 0}, runtime: '/elsewhere'},
    runtime: '/run/user/1000',
    title: 'that of another user, where ours is there too',
    usable: true,
  },
  {
    because: /^\/run\/user\/1000 belongs to user 0 and not to user 1000: log in as that user.* --system$/,
    host: {directories: [BOOTED, ...MINE], owners: {'/run/user/1000': 0}},
    title: 'a runtime directory that root made',
    usable: false,
  },
  {
    because: /\/run\/user\/0 is missing/,
    host: {directories: [BOOTED, ...MINE], runtime: '/run/user/1000/', uid: 0},
    title: 'sudo -E: root can look into the directory of the user it came from',
    usable: false,
  },
  {
    because: /no systemd of user 1000 listens in \/elsewhere/,
    host: {directories: [BOOTED, '/elsewhere', ...MINE], runtime: '/elsewhere'},
    title: 'XDG_RUNTIME_DIR decides where it is set',
    usable: false,
  },
  {
    because: /listens in \/elsewhere$/,
    host: {directories: [BOOTED, '/elsewhere', '/elsewhere/systemd'], runtime: '/elsewhere'},
    runtime: '/elsewhere',
    title: 'a runtime directory elsewhere',
    usable: true,
  },
  {
    because: /listens in \/run\/user\/1000$/,
    host: {directories: [BOOTED, ...MINE], runtime: '/gone'},
    runtime: '/run/user/1000',
    title: 'XDG_RUNTIME_DIR names nothing',
    usable: true,
  },
  {
    because: /no systemd of user 1000 listens in \/run\/user\/1000: /,
    host: {directories: [BOOTED, '/run/user/1000']},
    title: 'a runtime directory without a manager',
    usable: false,
  },
  {
    because: /^systemd runs this machine$/,
    host: {directories: [BOOTED], scope: 'system', uid: 0},
    runtime: '/run',
    title: 'system, root',
    usable: true,
  },
  {
    because: /user 1000 may look, and only root may change something$/,
    host: {directories: [BOOTED], scope: 'system'},
    runtime: '/run',
    title: 'system, not root',
    usable: true,
  },
]

describe('systemd: detection', () => {
  for (const {because, host, runtime, title, usable} of cases) {
    it(`${title}: ${usable ? 'usable' : 'not usable'}`, () => {
      const found = locate(fake(host))
      expect(found.because).to.match(because)
      expect([found.usable, found.runtime]).to.deep.equal([usable, runtime])
      expect(detect(fake(host)).usable).to.equal(usable)
    })
  }

  it('may only be looked at in the scope of the machine by whoever is not root', () => {
    const readOnly = (uid: number, scope: 'system' | 'user') => detect(fake({directories: [BOOTED, ...MINE], scope, uid})).readOnly ?? false
    expect([readOnly(1000, 'system'), readOnly(0, 'system'), readOnly(1000, 'user')]).to.deep.equal([true, false, false])
  })

  it('says which scope it is', () => {
    expect(detect(fake({directories: [BOOTED, ...MINE]})).label).to.equal('systemd (user)')
    expect(detect(fake({directories: [BOOTED], scope: 'system'})).label).to.equal('systemd (system)')
  })
})
