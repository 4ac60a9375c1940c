import {expect} from 'chai'
import {execa} from 'execa'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {cleanEnvironment} from '../support/cli.js'
import {fixture} from '../support/directories.js'
import {nodeBinaries, type NodeBinary} from '../support/nodes.js'
import {sharedPrefix} from '../support/packed.js'

describe("the packed contract's conformance kit, run by node:test", function () {
  this.timeout(180_000)
  const nodes = nodeBinaries()
  let runs: ReadonlyArray<ReturnType<typeof run>>

  const run = (node: NodeBinary, home: string, prefix: string) =>
    execa(node.path, ['--test', '--test-reporter=tap', fixture('node-test-kit.mjs')], {
      env: cleanEnvironment(home, {KIT_PACKAGE: join(prefix, 'lib/node_modules/hermes-cli')}),
      extendEnv: false,
      reject: false,
    })

  // All at once: they spend their time waiting.
  before(async () => {
    const prefix = await sharedPrefix()
    const home = mkdtempSync(join(tmpdir(), 'hermes-kit-'))
    runs = nodes.map((node) => run(node, home, prefix))
    await Promise.all(runs)
    rmSync(home, {force: true, recursive: true})
  })

  for (const [index, {version}] of nodes.entries()) {
    it(`passes on Node ${version}`, async () => {
      const {exitCode, stderr, stdout} = await runs[index]!
      expect(exitCode, stdout).to.equal(0)
      expect(stderr).to.equal('')
      const count = (what: string): number => Number(new RegExp(`^# ${what} (\\d+)$`, 'm').exec(stdout)?.[1])
      expect(count('pass')).to.be.greaterThan(80)
      expect([count('fail'), count('cancelled'), count('skipped')]).to.deep.equal([0, 0, 0])
    })
  }
})
