import {expect} from 'chai'
import {execa} from 'execa'
import {readdirSync} from 'node:fs'
import {join} from 'node:path'

import {programIn, type Hermes} from '../support/cli.js'
import {cleanUpDirectories, temporaryDirectory} from '../support/directories.js'
import {nodeBinaries, strictHermes, strangersPlugin, type NodeBinary} from '../support/nodes.js'
import {NOWHERE, sharedPrefix} from '../support/packed.js'

cleanUpDirectories()

const usage = {code: 'usage', exit: 2, suggestions: ['hermes greet world --help']}
const ERRORS: ReadonlyArray<[string[], {code: string; exit: number; message: string; suggestions?: string[]}]> = [
  [['eve'], {...usage, message: 'Expected eve to be one of: ada, bob'}],
  [['--nope'], {...usage, message: 'Nonexistent flag: --nope'}],
  [['--fail', 'own'], {code: 'stranger-no', exit: 42, message: 'the stranger says no', suggestions: ['ask nicely']}],
  [['--fail', 'coded'], {code: 'unavailable', exit: 69, message: 'the stranger is away', suggestions: ['come back later']}],
  [['--fail', 'plain'], {code: 'unforeseen', exit: 1, message: 'nobody foresaw this'}],
]

// Core 5 asks for Node 22; it runs on 20, and hermes promises that.
describe("a stranger's plugin built on @oclif/core 5", function () {
  this.timeout(180_000)
  let prefix: string

  before(async () => {
    prefix = await sharedPrefix()
  })

  async function works(hermes: Hermes, home: string): Promise<void> {
    expect((await hermes('--help')).stdout).to.contain('Greetings from a stranger')
    expect((await hermes('greet', 'world', '--help')).stdout).to.contain('(ada|bob) whom')
    expect((await hermes('greet', 'world', 'ada')).stdout).to.equal('hello ada')
    const said = (await hermes('greet:world', '--json')).json()
    expect(said).to.deep.include({core: '@oclif/core@5.1.9', home})
    expect(said.kinds).to.include.members(['s6', 'stranger'])
    const {backends} = (await hermes('backend', '--json')).json()
    expect(backends.find(({kind}: any) => kind === 'stranger')).to.include({because: 'the stranger says so', usable: true})
  }

  async function failsLikeOurs(hermes: Hermes): Promise<void> {
    for (const [words, wanted] of ERRORS) {
      const shown = await hermes('greet', 'world', ...words)
      expect(shown.code, words.join(' ')).to.equal(wanted.exit)
      expect(shown.stderr).to.match(new RegExp(`^Error: ${wanted.message}\nTry: .*\nCode: ${wanted.code}$`))
      const json = await hermes('greet', 'world', ...words, '--json')
      expect(json.code, words.join(' ')).to.equal(wanted.exit)
      expect(json.json().error).to.have.all.keys('code', 'exit', 'message', 'suggestions').and.deep.include(wanted)
    }
  }

  const unwatched = (home: string, node: NodeBinary): Hermes =>
    programIn(home, [node.path, join(prefix, 'bin/hermes')], {...NOWHERE, npm_config_cache: join(home, 'npm'), npm_config_offline: 'true'})

  async function succeeds(hermes: Hermes, ...words: string[]): Promise<void> {
    const {code, stderr, stdout} = await hermes(...words)
    expect(code, `${words.join(' ')}: ${stdout}${stderr}`).to.equal(0)
  }

  // Linked on the oldest and so on, installed on the others: both take their time.
  for (const [index, node] of nodeBinaries().entries()) {
    if (index % 2 === 0) {
      it(`works linked, and fails like a command of ours, on Node ${node.version}`, async () => {
        const home = temporaryDirectory()
        await succeeds(unwatched(home, node), 'plugins', 'link', strangersPlugin(home, prefix))
        const hermes = strictHermes(home, node, join(prefix, 'bin/hermes'))
        await works(hermes, home)
        await failsLikeOurs(hermes)
      })
      continue
    }

    it(`works installed from a packed file with no network, on Node ${node.version}`, async () => {
      const home = temporaryDirectory()
      const packed = temporaryDirectory()
      await execa('npm', ['pack', '--pack-destination', packed, '--loglevel=error'], {cwd: strangersPlugin(home, prefix)})
      const [name] = readdirSync(packed)
      await succeeds(unwatched(home, node), 'plugins', 'install', `file:${join(packed, name!)}`)
      const hermes = strictHermes(home, node, join(prefix, 'bin/hermes'))
      await works(hermes, home)
      await succeeds(unwatched(home, node), 'plugins', 'uninstall', 'hermes-backend-stranger')
      expect((await hermes('backend')).stdout).not.to.contain('stranger')
    })
  }
})
