import {checked, isServiceManagerError, type ServiceManager, type ServiceStatus} from '@hermes-cli/service-manager'
import {expect} from 'chai'
import {join} from 'node:path'

import type {Control} from '#hermes/gateway/control.js'
import {gatewaySpec} from '#hermes/gateway/spec.js'
import {writeState, type GatewayStateName} from '#hermes/gateway/state.js'
import {untilReady} from '#hermes/gateway/until-ready.js'

import {cleanUpDirectories, temporaryDirectory} from '../../support/directories.js'
import {failure, seedProfile} from '../../support/homes.js'
import {until} from '../../support/wait.js'

cleanUpDirectories()

/** A manager that sees a process and knows nothing of readiness. */
describe('the end of a start on a manager that knows nothing of readiness', () => {
  let home: string
  let status: ServiceStatus
  let looks: number

  const up = (ready: boolean | null = null): ServiceStatus => ({enabled: true, pid: 7, ready, since: new Date(0), state: 'running'})

  beforeEach(() => {
    home = temporaryDirectory()
    seedProfile(home, 'coder')
    status = up()
    looks = 0
  })

  const control = (startSeconds = 20): Control => {
    const manager = {
      async status() {
        looks++
        return status
      },
    } as unknown as ServiceManager
    const launcher = {hermes: '/usr/bin/hermes', node: '/usr/bin/node'}
    const specFor = async (profile: string) => ({...gatewaySpec({home, launcher, profile}), startSeconds})
    return {async checkConfig() {}, home, manager: checked(manager), specFor}
  }

  const says = (gateway_state: GatewayStateName, more: object = {}): Promise<void> =>
    writeState(join(home, 'profiles/coder'), {gateway_state, pid: 7, ...more})
  const looksAgain = async (): Promise<void> => {
    const before = looks
    await until('it looks again', () => looks > before + 1)
  }

  it('is when the gateway says that it is ready', async () => {
    const ending = untilReady(control(), 'coder')
    await looksAgain()
    await says('starting')
    await looksAgain()
    await says('running')
    expect(await ending).to.include({pid: 7, ready: true, state: 'running'})
  })

  it('is not what another process said before', async () => {
    await says('running', {pid: 6})
    const ending = untilReady(control(), 'coder')
    await looksAgain()
    await says('degraded', {exit_reason: 'no port'})
    expect(await ending).to.include({ready: true, reason: 'no port', state: 'degraded'})
  })

  it('is a failure with its own reason when it ended meanwhile', async () => {
    await says('starting')
    const ending = failure(untilReady(control(), 'coder'))
    await looksAgain()
    await says('startup_failed', {exit_reason: 'no such program'})
    await looksAgain()
    status = {enabled: true, state: 'stopped'}
    expect(await ending).to.include({code: 'failed-to-start', message: 'no such program'})
  })

  it('is not its last words, while its process has not ended yet', async () => {
    for (const [gateway_state, exit_code] of [
      ['startup_failed', 78],
      ['running', 75],
      ['stopped', 1],
    ] as const) {
      status = up()
      await says('starting')
      const ending = failure(untilReady(control(), 'coder'))
      await looksAgain()
      await says(gateway_state, {exit_code, exit_reason: 'it has ended'})
      await looksAgain()
      status = {because: 'gone', enabled: true, state: 'failed'}
      expect(await ending).to.include({code: 'failed-to-start'})
    }
  })

  it('is a timeout when it never says so', async () => {
    await says('starting')
    const error = await failure(untilReady(control(0.2), 'coder'))
    expect(isServiceManagerError(error) && error.code).to.equal('timeout')
  })

  it('is at once where the manager knows', async () => {
    status = up(true)
    await says('starting')
    expect(await untilReady(control(), 'coder')).to.include({ready: true, state: 'running'})
    expect(looks).to.equal(1)
  })

  it('is at once, and no error, when somebody else has stopped it', async () => {
    status = {enabled: false, state: 'stopped'}
    expect(await untilReady(control(), 'coder')).to.include({state: 'stopped'})
  })
})
