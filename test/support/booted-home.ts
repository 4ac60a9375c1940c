import {expect} from 'chai'

import {hermesIn, type Hermes} from './cli.js'
import {temporaryDirectory} from './directories.js'
import {familyOf, killAll} from './processes.js'

export interface BootedHome {
  /** Of the running test. */
  home: string
  hermes: Hermes
  /** The pid of its s6-svscan; a test that boots again says so. */
  tree: number
  /** Runs hermes with --json, which must succeed. */
  ok(...words: string[]): Promise<any>
}

/**
 * Call in a `describe`: a home of its own with a private s6 tree for each test, gone after it. `program` is the hermes
 * that does it.
 */
export function bootedHome(program: (home: string) => Hermes = hermesIn): BootedHome {
  const here: BootedHome = {
    home: '',
    hermes: hermesIn(''),
    tree: 0,
    async ok(...words) {
      const result = await here.hermes(...words, '--json')
      expect(result.code, `${words.join(' ')}: ${result.stdout}${result.stderr}`).to.equal(0)
      return result.json()
    },
  }

  beforeEach(async () => {
    here.home = temporaryDirectory()
    here.hermes = program(here.home)
    here.tree = (await here.ok('s6', 'boot')).pid
  })

  afterEach(async () => {
    const members = familyOf(here.tree)
    await here.hermes('s6', 'shutdown')
    await killAll(members)
  })
  return here
}
