import {expect} from 'chai'
import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {connectBackend, detectBackends} from '#hermes/cli/backends.js'
import {createHost} from '#hermes/host/host.js'

import {cleanUpDirectories, temporaryDirectory} from '../../support/directories.js'
import {failure} from '../../support/homes.js'

const supports = (scopes: readonly string[]): string =>
  `{bootPersistence: false, exitCodes: 'none', logs: false, offlineInstall: false, readiness: false, runtimeRegistration: false, scopes: ${JSON.stringify(scopes)}}`

interface Parts {
  readonly connect?: string
  readonly contract?: number
  readonly detect?: string
  readonly kind?: string
  readonly rank?: number
  readonly scopes?: readonly string[]
}

/** The module of a backend, sound but for what is given. */
const backendModule = ({
  connect = '() => ({})',
  contract = 1,
  detect = "() => ({because: 'it is there', usable: true})",
  kind = 'sound',
  rank = 1,
  scopes = ['user'],
}: Parts = {}): string =>
  `export default {connect: ${connect}, contract: ${contract}, detect: ${detect}, kind: '${kind}', label: 'Label', rank: ${rank}, supports: ${supports(scopes)}}`

describe('The backends that plugins bring', () => {
  cleanUpDirectories()
  let home: string
  let plugins: object[]

  beforeEach(() => {
    home = temporaryDirectory()
    plugins = []
    plugin('sound', backendModule())
  })

  /** A plugin's directory, as oclif lists it. `module` undefined: the file is missing. */
  const plugin = (name: string, module: string | undefined, announced?: unknown): void => {
    const directory = join(home, name)
    mkdirSync(directory)
    writeFileSync(join(directory, 'package.json'), JSON.stringify({name, type: 'module'}))
    if (module !== undefined) writeFileSync(join(directory, 'index.js'), module)
    const entry =
      announced === undefined || (typeof announced === 'object' && announced !== null)
        ? {contract: 1, module: './index.js', platforms: [process.platform], kind: name, ...(announced as object | undefined)}
        : announced
    plugins.push({moduleType: 'module', name, pjson: {hermes: {backends: [entry]}, type: 'module'}, root: directory, type: 'user'})
  }

  const config = () => ({getPluginsList: () => plugins}) as never
  const host = (environment: Record<string, string> = {}) => createHost({environment, home})
  const detect = (environment: Record<string, string> = {}) => detectBackends(config(), host(environment))
  const because = async (kind: string): Promise<string> => {
    const {considered} = await detect()
    return considered.find((entry) => entry.kind === kind)!.because
  }

  it('are asked and the usable one of the highest rank is chosen', async () => {
    plugin('high', backendModule({kind: 'high', rank: 9}))
    plugin('higher', backendModule({detect: "() => ({because: 'not here', usable: false})", kind: 'higher', rank: 99}))
    const {considered, selection, usable} = await detect()
    expect(selection!.backend.kind).to.equal('high')
    expect(usable.map(({backend}) => backend.kind)).to.deep.equal(['high', 'sound'])
    expect(considered.map(({kind}) => kind)).to.deep.equal(['higher', 'high', 'sound'])
  })

  it('yield to HERMES_BACKEND, which makes none usable that is not', async () => {
    plugin('high', backendModule({kind: 'high', rank: 9}))
    plugin('off', backendModule({detect: "() => ({because: 'not here', usable: false})", kind: 'off'}))
    expect((await detect({HERMES_BACKEND: 'sound'})).selection!.backend.kind).to.equal('sound')
    for (const kind of ['off', 'unheard-of']) expect((await detect({HERMES_BACKEND: kind})).selection, kind).to.equal(undefined)
  })

  const broken: Record<string, [source: string | undefined, reason: RegExp]> = {
    'connects to nothing, but throws': [
      backendModule({connect: "() => { throw new Error('no socket') }", kind: 'bad'}),
      /^the plugin is broken: no socket$/,
    ],
    'detects by throwing': [backendModule({detect: "() => { throw new Error('boom') }", kind: 'bad'}), /^the plugin is broken: boom$/],
    'detects nothing': [backendModule({detect: '() => undefined', kind: 'bad'}), /^the plugin is broken: /],
    'detects with a promise': [backendModule({detect: 'async () => ({usable: true})', kind: 'bad'}), /whether it is usable/],
    'exports nothing': ['export const x = 1', /no default export/],
    'exports another kind than it announced': [backendModule({kind: 'other'}), /announced as "bad" but exports kind "other"/],
    'has no module': [undefined, /^the plugin is broken: it cannot be loaded: [^\n]+$/],
    'has syntax errors': ['export default {', /^the plugin is broken: it cannot be loaded: [^\n]+$/],
    'is built for an older contract': [backendModule({contract: 0, kind: 'bad'}), /built for contract 0, this hermes speaks 1/],
    'throws no error at all': ['throw undefined', /^the plugin is broken: it cannot be loaded: [^\n]*$/],
    'throws when it is loaded': [String.raw`throw new Error('first\nsecond')`, /^the plugin is broken: it cannot be loaded: [^\n]*$/],
  }
  for (const [what, [source, reason]] of Object.entries(broken)) {
    it(`are named with the reason and left out when one ${what}`, async () => {
      plugin('bad', source)
      const {considered, selection} = await detect()
      expect(selection!.backend.kind).to.equal('sound')
      expect(considered.find(({kind}) => kind === 'bad')).to.include({plugin: 'bad', usable: false})
      expect(await because('bad')).to.match(reason)
      expect(await failure(connectBackend(config(), host(), 'bad'))).to.include({code: 'unavailable', name: 'ServiceManagerError'})
    })
  }

  it('are not loaded on a platform they are not made for', async () => {
    plugin('foreign', 'throw new Error("loaded")', {kind: 'foreign', platforms: ['plan9']})
    plugin('nowhere', 'throw new Error("loaded")', {kind: 'nowhere', platforms: 'linux'})
    expect(await because('foreign')).to.equal(`made for plan9, this is ${process.platform}`)
    expect(await because('nowhere')).to.include('made for no platform')
  })

  it('keep a kind to the plugin that came first', async () => {
    plugin('second', backendModule({rank: 99}), {kind: 'sound'})
    const {considered, selection} = await detect()
    expect(selection!.backend.rank).to.equal(1)
    expect(considered.find(({plugin: name}) => name === 'second')).to.deep.include({
      because: '"sound" already comes from sound',
      usable: false,
    })
  })

  it('are none where the announcement is malformed, which is said', async () => {
    for (const [index, entry] of [null, 7, {kind: 1}, {kind: 'x', module: 2}].entries()) plugin(`odd${index}`, undefined, entry)
    plugins.push({name: 'none', pjson: {}}, {name: 'odd', pjson: {hermes: {backends: 'all'}}}, {name: 'null', pjson: {hermes: null}})
    const {considered, selection} = await detect()
    expect(selection!.backend.kind).to.equal('sound')
    expect(considered.filter(({broken}) => broken).map(({because, plugin}) => `${plugin}: ${because}`)).to.deep.equal([
      'odd: the plugin is broken: hermes.backends in its package.json is no list',
      'odd0: the plugin is broken: hermes.backends[0] in its package.json is no object',
      'odd1: the plugin is broken: hermes.backends[0] in its package.json is no object',
      'odd2: the plugin is broken: hermes.backends[0] in its package.json has no "kind"',
      'odd3: the plugin is broken: hermes.backends[0] in its package.json has no "module"',
    ])
  })

  for (const contract of [0, 2, '1', undefined]) {
    it(`are not even loaded when announced for contract ${contract}`, async () => {
      plugin('other', 'throw new Error("loaded")', {contract, kind: 'other'})
      expect(await because('other')).to.equal(`the plugin is broken: built for contract ${contract ?? 0}, this hermes speaks 1`)
    })
  }

  it('are given up when their module never finishes loading', async () => {
    plugin('endless', 'await new Promise(() => {}); export default 1')
    expect(await because('endless')).to.equal('the plugin is broken: it cannot be loaded: it took longer than 5 s')
    expect((await detect()).selection!.backend.kind).to.equal('sound')
  })

  it('are asked once for each of their scopes, by rank and then in their own order', async () => {
    const detect_ = '({scope}) => ({because: scope, usable: true})'
    plugin('wide', backendModule({detect: detect_, kind: 'wide', rank: 5, scopes: ['user', 'system']}))
    const {considered, selection, usable} = await detect()
    expect(considered.map(({because: text, kind, scope}) => [kind, scope, text])).to.deep.equal([
      ['wide', 'user', 'user'],
      ['wide', 'system', 'system'],
      ['sound', undefined, 'it is there'],
    ])
    expect(usable.map(({label, scope}) => `${label} ${scope}`)).to.deep.equal(['Label (user) user', 'Label (system) system', 'Label user'])
    expect(selection).to.equal(usable[0])
    expect((await connectBackend(config(), host(), 'wide')).scope).to.equal('user')
  })

  it('fail in one scope without the other', async () => {
    const detect_ = "({scope}) => { if (scope === 'user') throw new Error('boom'); return {because: 'here', usable: true} }"
    plugin('half', backendModule({detect: detect_, kind: 'half', rank: 5, scopes: ['user', 'system']}))
    const {considered, selection} = await detect()
    expect(considered.find(({scope}) => scope === 'user')).to.include({because: 'the plugin is broken: boom', usable: false})
    expect(selection).to.include({scope: 'system'})
  })

  it('are left out with scopes that do not exist', async () => {
    plugin('odd', backendModule({kind: 'odd', scopes: ['user', 'user']}))
    plugin('wild', backendModule({kind: 'wild', scopes: ['galaxy']}))
    for (const kind of ['odd', 'wild']) expect(await because(kind)).to.include('each once')
  })

  it('can be connected by their kind though they are not usable', async () => {
    plugin('off', backendModule({detect: "() => ({because: 'not here', label: 'Exact', usable: false})", kind: 'off'}))
    expect((await connectBackend(config(), host(), 'off')).label).to.equal('Exact')
    expect((await failure(connectBackend(config(), host(), 'gone'))).message).to.include('no installed plugin has a backend "gone"')
  })
})
