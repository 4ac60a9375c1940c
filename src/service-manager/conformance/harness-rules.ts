import assert from 'node:assert/strict'

import {backendProblem} from '../define.js'
import type {HostFacts} from '../host.js'
import type {Kit} from './kit.js'
import {play} from './stage.js'

/** A machine with no files, no programs and an empty environment. */
const BARE: HostFacts = {
  environment: {},
  findProgram: () => undefined,
  home: '/nonexistent',
  isDirectory: () => false,
  platform: 'none',
  probeFifo: () => 'absent',
  readText: () => undefined,
  uid: 1000,
}

export function harnessRules({check, harness}: Kit): void {
  const {backend} = harness

  check('the backend is one that hermes loads', async () => {
    const announced = {contract: backend.contract, kind: backend.kind, module: './index.js', platforms: []}
    assert.equal(backendProblem(backend, announced), undefined)
    assert.match(backend.kind, /^[a-z0-9][a-z0-9-]*$/, 'kind is short, and the same in flags and files')
    assert.notEqual(backend.label.trim(), '', 'label is for people')
  })

  check('detect() finds the manager of the harness and says why', async ({host}) => {
    const {because, usable} = backend.detect(host)
    assert.equal(usable, true, `detect() must find what create() made: ${because}`)
    assert.notEqual(because.trim(), '', 'the trace has a clause')
  })

  check('detect() on a machine with nothing is not usable and says why', async () => {
    const {because, usable} = backend.detect(BARE)
    assert.equal(usable, false, `nothing is there: ${because}`)
    assert.notEqual(because.trim(), '', 'the trace has a clause')
  })

  check('create() gives a manager of that home without services', async ({host, manager}) => {
    assert.ok(host.home.endsWith('home'), 'the host has the home that was asked for')
    assert.deepEqual(await manager.list(), [])
  })

  check('two homes do not see or touch each other', async (stage) => {
    const mine = await stage.running('same')
    await play(harness, {}, async (other) => {
      assert.deepEqual(await other.manager.list(), [], 'the other home lists nothing of mine')
      assert.equal((await other.manager.status('same')).state, 'absent')
      const theirs = await other.running('same')
      await other.manager.stop('same')
      await theirs.report.gone()
      await other.manager.uninstall('same')
      assert.equal((await stage.seenUp(mine)).pid, mine.process.pid, 'mine is the same process as before')
    })
    assert.equal((await stage.seenUp(mine)).pid, mine.process.pid, 'and still is when the other one is disposed')
  })

  check('dispose() ends even a process that ignores SIGTERM', async (stage) => {
    // What is left when a scene is over is looked at after every test; here there is something to leave.
    await stage.running('left', ['stubborn'], {stopSeconds: 1})
  })
}
