import {
  type Backend,
  backendProblem,
  commandFailed,
  CONTRACT_VERSION,
  defineBackend,
  ERROR_CODES,
  type HermesContext,
  hermesContext,
  type HostFacts,
  isServiceManagerError,
  provideContext,
  ServiceManagerError,
} from '@hermes-cli/service-manager'
import memory from '@hermes-cli/service-manager/memory'
import {expect} from 'chai'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {pathToFileURL} from 'node:url'
import {inspect} from 'node:util'

import {root} from '../support/directories.js'

/** The same module once more, as a plugin installed by a user carries it. */
const another = (module: string) => import(`${pathToFileURL(join(root, 'src/service-manager/dist', module)).href}?another`)
const anotherErrors = (): Promise<{isServiceManagerError: typeof isServiceManagerError; ServiceManagerError: typeof ServiceManagerError}> =>
  another('errors.js')
const anotherContext = (): Promise<{hermesContext: typeof hermesContext}> => another('context.js')

describe('errors of the contract', () => {
  it('are recognised across copies of the package, by shape', async () => {
    const other = await anotherErrors()
    const error = new other.ServiceManagerError('timeout', 'late', {suggestions: ['Wait.']})
    expect(error).to.not.be.instanceOf(ServiceManagerError)
    expect(isServiceManagerError(error)).to.be.true
    expect(other.isServiceManagerError(new ServiceManagerError('timeout', 'late'))).to.be.true
  })

  it('are not confused with anything else', () => {
    const impostors: unknown[] = [
      undefined,
      null,
      'timeout',
      new Error('timeout'),
      Object.assign(new Error('no'), {code: 'timeout'}),
      Object.assign(new Error('no'), {code: 'EACCES', name: 'ServiceManagerError'}),
      {code: 'timeout', name: 'ServiceManagerError'},
      {code: ['timeout'], message: 'no', name: 'ServiceManagerError'},
    ]
    for (const one of impostors) expect(isServiceManagerError(one), String(one)).to.be.false
  })

  it('carry what happened, what to do next, and why', () => {
    const cause = new Error('inner')
    const error = new ServiceManagerError('permission', 'no', {cause, suggestions: ['Become root.']})
    expect(error).to.include({cause, code: 'permission', message: 'no', name: 'ServiceManagerError'})
    expect(error.suggestions).to.deep.equal(['Become root.'])
    expect(new ServiceManagerError('timeout', 'late')).to.not.have.property('cause')
  })

  it('of a failed program show the command, how it ended, and what it printed', () => {
    const result = {command: "s6-svc -u 'a b'", exitCode: 111, stderr: 'fatal: no\n', stdout: '\n'}
    const error = commandFailed('could not start "a"', result)
    expect(error.message).to.equal('could not start "a": `s6-svc -u \'a b\'` exited with 111\nfatal: no')
    expect(error.command).to.deep.equal({command: result.command, exitCode: 111, output: 'fatal: no'})
    expect(commandFailed('x', {...result, timedOut: true}).message).to.include('did not end in time')
  })

  it('have their codes in the README, each with a meaning', () => {
    const readme = readFileSync(join(root, 'src/service-manager/README.md'), 'utf8')
    const table = [...readme.matchAll(/^\| `([a-z-]+)` +\| .+ \|$/gm)].map(([, code]) => code!)
    for (const code of ERROR_CODES) expect(table).to.include(code)
  })
})

describe('a loaded backend', () => {
  const announced = {contract: CONTRACT_VERSION, kind: 'memory', module: './memory.js', platforms: ['linux']}
  const wrong: Array<[string, unknown, RegExp]> = [
    ['nothing', undefined, /no default export/],
    ['null', null, /no default export/],
    ['a function', () => {}, /no default export/],
    ['another contract', {...memory, contract: 2}, /contract 2/],
    ['no contract', {...memory, contract: undefined}, /contract undefined/],
    ['another kind', {...memory, kind: 'runit'}, /announced as "memory" but exports kind "runit"/],
    ['no label', {...memory, label: undefined}, /label/],
    ['a rank that is no number', {...memory, rank: Number.NaN}, /rank/],
    ['no detect', {...memory, detect: undefined}, /detect/],
    ['no connect', {...memory, connect: true}, /connect/],
    ['no supports', {...memory, supports: null}, /supports is missing/],
    ['a capability left out', {...memory, supports: {...memory.supports, logs: undefined}}, /supports\.logs/],
    ['an unknown way with exit codes', {...memory, supports: {...memory.supports, exitCodes: true}}, /exitCodes/],
    ['no scope', {...memory, supports: {...memory.supports, scopes: []}}, /scopes/],
  ]
  for (const [what, value, problem] of wrong) {
    it(`is refused with a reason: ${what}`, () => {
      expect(backendProblem(value, announced)).to.match(problem)
    })
  }

  it('is accepted when it is whole', () => {
    expect(backendProblem(memory, announced)).to.be.undefined
  })

  it('keeps its getters and cannot claim another contract', () => {
    let asked = 0
    const claiming = {...memory, contract: 99}
    const backend: Backend = defineBackend({
      ...claiming,
      get label() {
        asked++
        return `asked ${asked}`
      },
    })
    expect(asked).to.equal(0)
    expect([backend.label, backend.label]).to.deep.equal(['asked 1', 'asked 2'])
    expect(backend.contract).to.equal(CONTRACT_VERSION)
  })
})

describe('the memory backend', () => {
  it('is usable only where HERMES_BACKEND asks for it', () => {
    const facts: HostFacts = {
      environment: {},
      findProgram: () => undefined,
      home: '/',
      isDirectory: () => true,
      platform: 'linux',
      probeFifo: () => 'live',
      readText: () => 'x',
      uid: 0,
    }
    expect(memory.detect({...facts, environment: {}}).usable).to.be.false
    expect(memory.detect({...facts, environment: {HERMES_BACKEND: 's6'}}).usable).to.be.false
    expect(memory.detect({...facts, environment: {HERMES_BACKEND: 'memory'}}).usable).to.be.true
  })
})

describe('the context of hermes', () => {
  const context = {} as HermesContext

  it('reaches a command through another copy of the package and another config with the same pjson', async () => {
    const other = await anotherContext()
    const pjson = {name: 'x'}
    provideContext({pjson}, context)
    expect(other.hermesContext({pjson})).to.equal(context)
  })

  it('is not printed with the package', () => {
    const pjson = {name: 'x'}
    provideContext({pjson}, context)
    expect(JSON.stringify(pjson)).to.equal('{"name":"x"}')
    expect(inspect(pjson)).to.equal("{ name: 'x' }")
  })

  it('is undefined outside hermes, and the last one provided wins', () => {
    const pjson = {}
    expect(hermesContext({pjson})).to.be.undefined
    provideContext({pjson}, context)
    const later = {} as HermesContext
    provideContext({pjson}, later)
    expect(hermesContext({pjson})).to.equal(later)
  })
})
