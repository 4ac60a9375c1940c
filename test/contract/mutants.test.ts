import type {Backend, ServiceManager, ServiceSpec} from '@hermes-cli/service-manager'

import {conformance} from '@hermes-cli/service-manager/conformance'
import {expect} from 'chai'
import {existsSync} from 'node:fs'
import {setTimeout as delay} from 'node:timers/promises'

import {memoryHarness, soundMemory} from '../support/harness.js'
import {disposeShared, MUTANTS, type Mutant} from '../support/mutants/index.js'
import {record, type Recorded} from '../support/recording.js'

/** Milliseconds. Short: what a mutant never does is waited for that long. */
const PATIENCE = 2500

/** What no backend knows that sees no more than a process. */
const UNREADY = {...soundMemory().supports, bootPersistence: false, exitCodes: 'none', logs: false, readiness: false} as const

/** The kernel has its process before a program says anything, and the manager's own time is enough for it to begin. */
function slowToBegin(manager: ServiceManager): ServiceManager {
  const late = ({command}: ServiceSpec) => ['/bin/sh', '-c', 'sleep 0.1; exec "$@"', 'sh', ...command] as const
  return {
    ...manager,
    install: (spec, options) =>
      manager.install({...spec, command: existsSync(spec.command[0]) ? late(spec) : spec.command, readiness: 'none'}, options),
    async start(id) {
      await delay(300)
      await manager.start(id)
    },
  }
}

function named(tests: readonly Recorded[], title: string): Recorded {
  const found = tests.filter((one) => one.title === title)
  expect(found, `one test of the kit called "${title}"`).to.have.lengthOf(1)
  expect(found[0]!.skipped, `"${title}" is not skipped`).to.be.false
  return found[0]!
}

async function problemOf({foundBy, make}: Mutant): Promise<string | undefined> {
  const {memory, mutate} = await make()
  const tests = record((runner) => conformance(runner, memoryHarness(memory, {patience: PATIENCE}, mutate)))
  try {
    await named(tests, foundBy).run()
    return undefined
  } catch (error) {
    return (error as Error).message
  } finally {
    await memory.dispose()
  }
}

/** Most of the time is waiting for what does not happen: several wait at once. */
function start(mutants: readonly Mutant[], atOnce: number): ReadonlyMap<Mutant, Promise<string | undefined>> {
  const lanes = Array.from({length: atOnce}, () => Promise.resolve())
  return new Map(
    mutants.map((mutant, index) => {
      const lane = index % atOnce
      const problem = lanes[lane]!.then(() => problemOf(mutant))
      lanes[lane] = problem.then(
        () => {},
        () => {},
      )
      return [mutant, problem]
    }),
  )
}

describe('the conformance kit', function () {
  let problems: ReadonlyMap<Mutant, Promise<string | undefined>>

  it('passes the sound reference in every test that is to find a mutant', async () => {
    const tests = record((runner) => conformance(runner, memoryHarness(soundMemory(), {patience: PATIENCE})))
    for (const title of new Set(MUTANTS.map(({foundBy}) => foundBy))) await named(tests, title).run()
  })

  it('passes a backend that knows nothing of readiness and whose programs are slow to begin', async () => {
    const unready = (backend: Backend): Backend => ({...backend, connect: (host) => slowToBegin(backend.connect(host)), supports: UNREADY})
    const tests = record((runner) => conformance(runner, memoryHarness(soundMemory(), {}, unready)))
    const played = tests.filter(({skipped}) => !skipped)
    expect(played).to.have.length.above(60)
    const left = played.values()
    const lane = async () => {
      for (const {run} of left) await run()
    }

    await Promise.all(Array.from({length: 6}, lane))
  })

  it('skips by name what is not declared, and nothing else', () => {
    const registered = (mutate?: (backend: Backend) => Backend) =>
      record((runner) => conformance(runner, memoryHarness(soundMemory(), {}, mutate)))
    const all = registered()
    const some = registered((backend) => ({...backend, supports: UNREADY}))
    expect(all.filter(({skipped}) => skipped)).to.deep.equal([])
    expect(some).to.have.lengthOf(all.length)
    const skipped = some.filter((one) => one.skipped)
    expect(skipped).to.have.length.above(10)
    for (const {title} of skipped) expect(title).to.match(/ \(not declared: supports\.(bootPersistence|exitCodes|logs|readiness)\)$/)
    const stays = (code: number) => some.find(({title}) => title.includes(`exit code ${code}: `))?.skipped
    expect([0, 1, 75, 78].map((code) => stays(code) === true)).to.deep.equal([false, false, false, true])
    const reasons = new Set(skipped.map(({title}) => /supports\.(\w+)/.exec(title)![1]))
    expect([...reasons].sort()).to.deep.equal(['bootPersistence', 'exitCodes', 'logs', 'readiness'])
  })

  it('skips by name what a harness that cannot reboot cannot show', () => {
    const harness = memoryHarness(soundMemory(), {reboot: undefined} as never)
    const skipped = record((runner) => conformance(runner, harness)).filter((one) => one.skipped)
    expect(skipped).to.have.lengthOf(4)
    for (const {title} of skipped) expect(title).to.match(/^boot persistence: .* \(the harness has no reboot\(\)\)$/)
  })

  it('has a mutant for each of its groups, and at least twenty', () => {
    const groups = (titles: readonly string[]) => [...new Set(titles.map((title) => title.split(':')[0]!))].sort()
    const all = record((runner) => conformance(runner, memoryHarness(soundMemory()))).map(({title}) => title)
    expect(groups(MUTANTS.map(({foundBy}) => foundBy))).to.deep.equal(groups(all))
    expect(MUTANTS.length).to.be.at.least(20)
  })

  it('has no two tests of one name', () => {
    const titles = record((runner) => conformance(runner, memoryHarness(soundMemory()))).map(({title}) => title)
    expect(titles).to.have.lengthOf(new Set(titles).size)
  })

  describe('on a broken backend', () => {
    before(() => {
      problems = start(MUTANTS, 6)
    })

    after(disposeShared)

    for (const mutant of MUTANTS) {
      it(`finds that ${mutant.what}, by "${mutant.foundBy}"`, async () => {
        const problem = await problems.get(mutant)
        expect(problem, 'the mutant survived').to.be.a('string')
        expect(problem, 'for the right reason').to.match(mutant.says)
      })
    }
  })
})
