import {expect} from 'chai'
import {mkdirSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {packed} from '../support/author.js'
import {cleanUpDirectories, temporaryDirectory} from '../support/directories.js'
import {hermesAt, type HermesAt} from '../support/plugin-home.js'

const SUPPORTS = {
  bootPersistence: true,
  exitCodes: 'none',
  logs: false,
  offlineInstall: false,
  readiness: false,
  runtimeRegistration: false,
  scopes: ['user'],
}
const backend = (change: string) => `
  const sound = {contract: 1, kind: 'bad', label: 'Bad', rank: 1, supports: ${JSON.stringify(SUPPORTS)},
    detect: () => ({usable: true, because: 'it says so'}), connect: () => ({list: async () => []})}
  ${change}`

interface Broken {
  /** Undefined: there is no such file. */
  readonly module?: string | undefined
  readonly announced?: object | null
  readonly says: RegExp
}

/** Plugins that are broken in one way each, and what is said of them. */
const BROKEN: Record<string, Broken> = {
  'has no module': {says: /it cannot be loaded: Cannot find module/},
  'has a syntax error': {module: 'export default {', says: /it cannot be loaded: /},
  'throws when it is imported': {module: String.raw`throw new Error('first\nsecond')`, says: /it cannot be loaded: first$/},
  'imports what is not there': {module: "import 'no-such-package'", says: /it cannot be loaded: Cannot find package 'no-such-package'/},
  'throws in detect': {
    module: backend("export default {...sound, detect() { throw new Error('boom') }}"),
    says: /the plugin is broken: boom$/,
  },
  'throws in connect': {
    module: backend("export default {...sound, connect() { throw new Error('boom') }}"),
    says: /the plugin is broken: boom$/,
  },
  'is for an older contract': {
    announced: {contract: 0},
    module: backend('export default sound'),
    says: /built for contract 0, this hermes speaks 1/,
  },
  'is for a newer contract': {
    announced: {contract: 2},
    module: backend('export default sound'),
    says: /built for contract 2, this hermes speaks 1/,
  },
  'was made for another contract than it announces': {
    module: backend('export default {...sound, contract: 7}'),
    says: /built for contract 7/,
  },
  'has a kind that is taken': {
    announced: {kind: 's6'},
    module: backend("export default {...sound, kind: 's6', rank: 999}"),
    says: /"s6" already comes from @hermes-cli\/backend-s6/,
  },
  'never ends to load': {module: 'await new Promise(() => {})', says: /it took longer than 5 s/},
  'detects for ever': {
    module: backend('export default {...sound, detect: () => new Promise(() => {})}'),
    says: /detect\(\) does not say whether it is usable/,
  },
  'has another shape': {module: 'export default [1, 2]', says: /built for contract undefined/},
  'exports nothing': {module: 'export const x = 1', says: /no default export made by defineBackend/},
  'announces no module': {announced: {module: 7}, says: /hermes\.backends\[0\] in its package\.json has no "module"/},
  'announces nothing': {announced: null, says: /hermes\.backends\[0\] in its package\.json is no object/},
}

describe('hermes with a plugin that', function () {
  this.timeout(120_000)
  cleanUpDirectories()
  let home: string
  let hermes: HermesAt
  let root: string

  beforeEach(() => {
    home = temporaryDirectory()
    root = join(home, 'hermes-backend-bad')
    mkdirSync(root)
    hermes = hermesAt(home, home)
  })

  function write({announced, module}: Pick<Broken, 'announced' | 'module'>): void {
    const entry = announced === null ? null : {contract: 1, kind: 'bad', module: './index.js', platforms: ['linux'], ...announced}
    const about = {hermes: {backends: [entry]}, name: 'hermes-backend-bad', oclif: {}, type: 'module', version: '1.0.0'}
    writeFileSync(join(root, 'package.json'), JSON.stringify(about))
    if (module !== undefined) writeFileSync(join(root, 'index.js'), module)
  }

  const ok = async (...words: string[]) => {
    const result = await hermes(...words)
    expect(result.code, `${words.join(' ')}: ${result.stdout}${result.stderr}`).to.equal(0)
    expect(result.stderr, words.join(' ')).not.to.match(/^\s+at /m)
    return result
  }

  /** It is named with its reason wherever one looks, and the rest works. */
  async function isNamed(says: RegExp, thoroughly = false): Promise<void> {
    const {backends} = (await ok('backend', '--json')).json()
    const bad = backends.find(({plugin}: {plugin: string}) => plugin === 'hermes-backend-bad')
    expect(bad).to.include({broken: true, usable: false})
    expect(bad.because).to.match(says)
    expect(backends.map(({plugin}: {plugin: string}) => plugin)).to.include.members([
      '@hermes-cli/backend-s6',
      '@hermes-cli/backend-systemd',
    ])
    if (!thoroughly) return
    expect((await ok('backend:inspect')).stdout).to.include(bad.because)
    const {findings} = (await hermes('doctor', '--json')).json()
    const found = findings.find(({check}: {check: string}) => check === 'plugin')
    expect(found).to.include({cure: 'Mend it, or: hermes plugins uninstall hermes-backend-bad', severity: 'warning'})
    expect(found.message).to.match(says)
    await ok('profile', 'create', 'coder')
    await ok('plugins', 'uninstall', 'hermes-backend-bad')
    expect((await ok('backend', '--json')).json().backends.map(({plugin}: {plugin: string}) => plugin)).not.to.include('hermes-backend-bad')
  }

  for (const [what, broken] of Object.entries(BROKEN)) {
    it(`${what} names it and works`, async () => {
      write(broken)
      await ok('plugins', 'link', root, '--no-install')
      // The rest is the same for each of them, and each takes a second.
      await isNamed(broken.says, what === 'throws in detect' || what === 'has a kind that is taken')
    })
  }

  it('was installed without its module names it and works', async () => {
    write({})
    const artefact = await packed(root, home)
    await ok('plugins', 'install', artefact)
    rmSync(artefact)
    await isNamed(/it cannot be loaded: Cannot find module/)
  })

  const ruins: Record<string, [says: RegExp | undefined, ruin: () => void]> = {
    'is gone': [/there is no \/.*\/package\.json$/, () => rmSync(root, {recursive: true})],
    'has a package.json of garbage': [/this is no JSON: /, () => writeFileSync(join(root, 'package.json'), '{"name": nonsense')],
    'has an empty package.json': [/this is no JSON: /, () => writeFileSync(join(root, 'package.json'), '')],
    'has a package.json that is a list': [/of no plugin/, () => writeFileSync(join(root, 'package.json'), '[]')],
    'has the name of another': [
      /of no plugin, or of another/,
      () => writeFileSync(join(root, 'package.json'), '{"name": "other", "oclif": {}, "version": "1.0.0"}'),
    ],
    'announces with a text': [
      undefined,
      () =>
        writeFileSync(
          join(root, 'package.json'),
          JSON.stringify({hermes: 'yes', name: 'hermes-backend-bad', oclif: {}, type: 'module', version: '1.0.0'}),
        ),
    ],
  }
  for (const [what, [says, ruin]] of Object.entries(ruins)) {
    it(`${what} after it was linked works`, async () => {
      write({module: backend('export default sound')})
      await ok('plugins', 'link', root, '--no-install')
      ruin()
      const {backends} = (await ok('backend', '--json')).json()
      expect(backends.map(({kind}: {kind: string}) => kind)).to.include.members(['s6', 'systemd'])
      if (says) return isNamed(says, what === 'is gone')
      await ok('profile', 'create', 'coder')
      await ok('plugins', 'uninstall', 'hermes-backend-bad')
      expect((await ok('backend')).stderr).to.equal('')
    })
  }
})
