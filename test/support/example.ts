import {expect} from 'chai'
import {execa} from 'execa'
import {join} from 'node:path'

import {root} from './directories.js'

/**
 * Runs the tests of an example as its author would. Its own tests of mocha's shape are one of ours: `skips` are what its
 * backend does not declare, each the end of a title.
 */
export async function asItsAuthor(example: string, skips: readonly string[]): Promise<void> {
  const cwd = join(root, 'examples', example)
  const result = await execa(process.execPath, ['--test', '--test-reporter=tap', 'test/'], {cwd, reject: false})
  const lines = result.stdout.split('\n').map((line) => line.trim())
  // With what TAP has below it: why, and where.
  const failed = [...result.stdout.matchAll(/^ *not ok[^]*?^ *\.\.\.$/gm)].map(([block]) => block)
  expect(result.exitCode, failed.join('\n') + result.stderr).to.equal(0)
  expect(
    lines.filter((line) => line.startsWith('ok')),
    'tests that passed',
  ).to.have.length.above(80)
  const reasons = lines.flatMap((line) => /^ok \d+ - .*\((.*)\) # SKIP/.exec(line)?.[1] ?? [])
  expect([...new Set(reasons)].sort()).to.deep.equal(skips)
}
