import {expect} from 'chai'
import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'

import {hermesIn, NO_SUPERVISOR, type Hermes} from '../support/cli.js'
import {cleanUpDirectories, root, temporaryDirectory} from '../support/directories.js'

cleanUpDirectories()

/** Lines of a page that fits a screen, and of a page that may be longer: none needs to be. */
const SCREEN = 36
const LONGER: Readonly<Record<string, number>> = {}
/** An example is to be copied: it is not broken. */
const WIDE = /^ {2}(?:\$ |sudo )/

const manifests = [
  'oclif.manifest.json',
  ...readdirSync(join(root, 'src/backends')).map((name) => `src/backends/${name}/oclif.manifest.json`),
  ...['autocomplete', 'help', 'plugins'].map((name) => `node_modules/@oclif/plugin-${name}/oclif.manifest.json`),
]
const ids = manifests.flatMap((path) => Object.keys((JSON.parse(readFileSync(join(root, path), 'utf8')) as {commands: object}).commands))

describe('help', function () {
  this.timeout(300_000)
  let hermes: Hermes

  beforeEach(() => {
    hermes = hermesIn(temporaryDirectory(), {...NO_SUPERVISOR, COLUMNS: '80'})
  })

  const page = async (...words: string[]): Promise<string[]> => {
    const {code, stderr, stdout} = await hermes(...words)
    expect([code, stderr], words.join(' ')).to.deep.equal([0, ''])
    return stdout.trimEnd().split('\n')
  }

  it('begins with what to do first, and is one screen', async () => {
    for (const words of [[], ['help'], ['--help'], ['-p', 'coder']]) {
      const lines = await page(...words)
      expect(lines.length).to.be.at.most(31)
      expect(Math.max(...lines.map((line) => line.length))).to.be.at.most(80)
      const text = lines.join('\n')
      expect(text.indexOf('START HERE')).to.be.within(1, 200)
      const order = [
        'START HERE',
        'hermes profile create',
        'USAGE',
        'EVERY DAY',
        '\n  profile ',
        '\n  gateway ',
        '\n  doctor ',
        '\n  s6 ',
        '\n  plugins ',
      ]
      const places = order.map((part) => text.indexOf(part))
      expect(places, text).to.deep.equal([...places].sort((a, b) => a - b))
      expect(places, text).to.not.include(-1)
    }
  })

  it('of each command is one screen, 80 columns wide', async () => {
    expect(ids.length).to.be.greaterThan(30)
    for (const id of ids) {
      const lines = await page(...id.split(':'), '--help')
      expect(lines.length, `${id}\n${lines.join('\n')}`).to.be.at.most(LONGER[id] ?? SCREEN)
      const wide = lines.filter((line) => line.length > 80 && !WIDE.test(line))
      expect(wide, id).to.deep.equal([])
      expect(lines.join('\n'), id).to.not.match(/\b(?:gateway|profile|container|backend):[a-z]/)
      // Nothing is said twice.
      expect(
        lines.filter((line) => line.trim() === lines[0]!.trim() && line.length > 10),
        id,
      ).to.have.length(1)
    }
  })

  it('of a topic is its commands in the order of use, in every form', async () => {
    const pages = await Promise.all([page('gateway', '--help'), page('help', 'gateway'), page('--help', 'gateway')].slice(0, 2))
    expect(pages[0]).to.deep.equal(pages[1])
    const listed = pages[0]!.flatMap((line) => /^ {2}gateway (\w+) /.exec(line)?.[1] ?? [])
    expect(listed).to.deep.equal(['start', 'stop', 'restart', 'status', 'list', 'logs', 'run', 'install', 'uninstall'])
    const spaced = await page('help', 'gateway', 'start')
    expect(spaced).to.deep.equal(await page('gateway:start', '--help'))
    expect(spaced).to.deep.equal(await page('-p', 'x', 'help', 'gateway:start'))
  })

  it('of what there is not says what was meant', async () => {
    for (const [words, meant] of [
      [['help', 'gatewy'], 'hermes gateway'],
      [['help', 'gateway', 'strat'], 'hermes gateway start'],
      [['gatewy', '--help'], 'hermes gateway'],
    ] as const) {
      const {code, stderr} = await hermes(...words)
      expect(code, words.join(' ')).to.equal(2)
      expect(
        stderr.split(/^(?:Try:| {2}or) /m).map((part) => part.split('\n')[0]),
        words.join(' '),
      ).to.include(meant)
    }
  })

  it('leads on from every wrong line', async () => {
    await hermes('profile', 'create', 'coder')
    for (const [line, exit, meant] of [
      ['container reconcile --dryrun', 2, 'hermes container reconcile --dry-run'],
      ['gateway start --profil coder', 2, 'hermes gateway start --profile'],
      ['s6 boot --jsno', 2, 'hermes s6 boot --json'],
      ['profile create', 2, 'hermes profile create NAME'],
      ['profile rename coder', 2, 'hermes profile rename FROM TO'],
      ['plugins install', 2, 'hermes plugins install PLUGIN'],
      ['gateway start codr', 4, 'Did you mean "coder"?'],
      ['-p cdoer gateway status', 4, 'Did you mean "coder"?'],
      ['--backend sytemd gateway list', 2, 'Did you mean "systemd"?'],
      ['gateway list --backend=s66', 2, 'Did you mean "s6"?'],
      ['backend inspect s66', 2, 'Did you mean "s6"?'],
      ['gateway list --backend', 2, 'hermes gateway list --help'],
      ['gateway logs -n many', 2, 'hermes gateway logs --help'],
      ['completion tcsh', 2, 'hermes completion --help'],
      ['--foo', 2, 'hermes --help'],
      ['gateway strat', 2, 'hermes gateway start'],
    ] as const) {
      const plain = await hermes(...line.split(' '))
      expect(plain.code, line).to.equal(exit)
      expect(plain.stderr, line)
        .to.match(/^Error: .*\nTry: /)
        .and.include(meant)
      const json = await hermes(...line.split(' '), '--json')
      // A flag that lacks its value takes --json for it; the tree of s6 answers in its own way.
      if (line.endsWith('--backend') || line.startsWith('s6')) continue
      expect(json.code, line).to.equal(exit)
      expect(json.json().error.suggestions.join('\n'), line).to.include(meant)
    }
  })

  it('takes --backend before and behind the command, over HERMES_BACKEND', async () => {
    for (const words of [
      ['--backend', 's6', 'backend'],
      ['backend', '--backend=s6'],
      ['--backend=s6', 'backend'],
    ]) {
      const asked = hermesIn(temporaryDirectory(), {...NO_SUPERVISOR, HERMES_BACKEND: 'nothing-like-it'})
      expect((await asked(...words)).code, words.join(' ')).to.equal(0)
      const {stderr} = await asked(...words.filter((word) => word !== 'backend'), 'gateway', 'start')
      expect(stderr).to.not.include('nothing-like-it')
    }
  })
})
