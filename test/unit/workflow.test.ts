import {expect} from 'chai'
import {existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {parse} from 'yaml'

import {root} from '../support/directories.js'

interface Workflow {
  readonly jobs: Record<string, {readonly steps: ReadonlyArray<{readonly env?: Record<string, string>; readonly run?: string}>}>
}

/** It was never run; what can be known of it without a runner is that it names what there is. */
describe('the workflow for machines we do not have', () => {
  const text = readFileSync(join(root, '.github/workflows/service-managers.yml'), 'utf8')
  const {jobs} = parse(text) as Workflow
  const {scripts} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {scripts: Record<string, string>}
  const runs = Object.values(jobs).flatMap(({steps}) => steps.flatMap(({run}) => run ?? []))

  it('builds with scripts that there are', () => {
    const named = runs.flatMap((run) => /npm run (?<script>[\w:-]+)/.exec(run)?.groups?.script ?? [])
    expect(named).to.have.length.above(0)
    for (const name of named) expect(scripts).to.have.property(name)
  })

  it('runs the kits of both, against the real managers', () => {
    const kits = runs.flatMap((run) => [...run.matchAll(/\.build\/(?<test>\S+)\.js/g)].map(({groups}) => groups!.test!))
    expect(new Set(kits)).to.deep.equal(new Set(['test/launchd/contract.test', 'test/windows/contract.test']))
    for (const kit of kits) {
      expect(existsSync(join(root, `${kit}.ts`)), kit).to.equal(true)
      expect(text).to.match(new RegExp(`HERMES_TEST_REAL[=:] ?${kit.split('/')[1]}`))
    }
  })
})
