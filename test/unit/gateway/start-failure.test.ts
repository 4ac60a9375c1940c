import {ServiceManagerError, type LogOptions} from '@hermes-cli/service-manager'
import {expect} from 'chai'
import {spawnSync} from 'node:child_process'
import {join} from 'node:path'

import {startFailure} from '#hermes/gateway/start-failure.js'
import {writeState, type GatewayStateName} from '#hermes/gateway/state.js'

import {cleanUpDirectories, temporaryDirectory} from '../../support/directories.js'
import {seedProfile} from '../../support/homes.js'

const BEGAN = Date.parse('2026-01-02T03:04:05.000Z')
const at = (milliseconds: number): string => new Date(BEGAN + milliseconds).toISOString()

describe('Why a start did not succeed', () => {
  cleanUpDirectories()
  let directory: string

  beforeEach(() => {
    directory = seedProfile(temporaryDirectory(), 'coder')
  })

  async function* lines(): AsyncGenerator<string> {
    yield 'first'
    yield 'last'
  }

  const told = (error: unknown, manager: object = {}) =>
    startFailure(manager, {began: BEGAN, directory, profile: 'coder'}, error) as Promise<Error & {code: string; suggestions: string[]}>
  const state = (name: GatewayStateName, updated_at: string, exit_reason?: string) =>
    writeState(directory, {gateway_state: name, updated_at, ...(exit_reason === undefined ? {} : {exit_reason})})
  const gaveUp = new ServiceManagerError('failed-to-start', 'the manager gave it up')
  const late = new ServiceManagerError('timeout', 'not ready within 3 s')

  it("is the gateway's own reason, before the manager's", async () => {
    await state('stopped', at(10), 'program exited with 3')
    expect(await told(gaveUp)).to.include({code: 'start-failed', message: 'the gateway of "coder" did not start: program exited with 3'})
  })

  it('is a configuration that can never work, when the gateway says so, and that is to be mended first', async () => {
    await state('startup_failed', at(10), 'there is no such program')
    const error = await told(gaveUp)
    expect(error).to.include({code: 'config-invalid'})
    expect(error.suggestions[0]).to.match(/^Mend its configuration/)
  })

  it('is nothing that an earlier life left behind', async () => {
    await state('startup_failed', at(-1), 'an old story')
    expect(await told(late)).to.include({code: 'start-timeout', message: 'the gateway of "coder" did not start: not ready within 3 s'})
  })

  it('is nothing that a gateway says of itself while it runs', async () => {
    await state('running', at(10), 'an old story')
    expect((await told(late)).message).to.include('not ready within 3 s')
  })

  it('comes with the whole of an uncaught error of Node', async () => {
    const {stderr} = spawnSync(process.execPath, [join(directory, 'no agent.js')], {encoding: 'utf8'})
    async function* logs(_: string, {lines}: LogOptions): AsyncGenerator<string> {
      yield* [...stderr.trimEnd().split('\n'), 'hermes: gateway of profile coder ends with 1: program exited with 1'].slice(-lines)
    }

    expect((await told(gaveUp, {logs})).message).to.match(/Cannot find module .*no agent\.js/)
  })

  it('comes with the last log lines, and without them where they cannot be read', async () => {
    expect((await told(gaveUp, {logs: lines})).message).to.match(/given? it up\nIts last log lines:\n {2}first\n {2}last$|gave it up\nIts/)
    const broken = (): never => {
      throw new Error('no log')
    }

    expect((await told(gaveUp, {logs: broken})).message).to.equal('the gateway of "coder" did not start: the manager gave it up')
  })

  it('is any other error as it is', async () => {
    for (const error of [new ServiceManagerError('permission', 'not yours'), new Error('x'), undefined]) {
      expect(await told(error)).to.equal(error)
    }
  })
})
