import systemd from '@hermes-cli/backend-systemd'
import {checked, type ServiceSpec} from '@hermes-cli/service-manager'

import {expect} from 'chai'
import {existsSync, mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {homedir} from 'node:os'
import {join} from 'node:path'

import {labHome, labHost, removeAll, scope, systemctl} from '../support/systemd.js'
import {until} from '../support/wait.js'

describe(`a stop that hermes did not give (${scope})`, () => {
  describe('of a gateway', () => {
    const lab = labHome()
    const {hermes, ok, show, unit} = lab
    const state = () => JSON.parse(readFileSync(join(lab.directory('coder'), 'gateway_state.json'), 'utf8')) as Record<string, unknown>
    const marker = () => existsSync(join(lab.directory('coder'), '.gateway-planned-stop.json'))
    const status = async () => (await hermes('gateway:status', 'coder', '--json')).json()

    beforeEach(() => ok('gateway:start', 'coder'))

    it('with `systemctl stop` is planned: a clean end of this life, and of no more', async () => {
      await systemctl('stop', unit('coder'))
      expect(state()).to.include({exit_code: 0, exit_reason: 'stopped on request', gateway_state: 'stopped'})
      expect(await show('coder', 'ActiveState', 'Result', 'ExecMainStatus')).to.deep.equal({
        ActiveState: 'inactive',
        ExecMainStatus: '0',
        Result: 'success',
      })
      expect(marker()).to.equal(false)
      expect(await status()).to.include({enabled: true, intent: 'running', pid: null, state: 'stopped'})
      expect((await ok('gateway:start', 'coder', '--json')).json().status).to.include({ready: true, state: 'running'})
    })

    it('with `systemctl restart`, or by hermes, is none: it is meant to run all the time', async () => {
      for (const restart of [() => systemctl('restart', unit('coder')), () => ok('gateway:restart', 'coder')]) {
        const {pid} = await status()
        await restart()
        expect(marker()).to.equal(false)
        const now = await until('a new life', async () => {
          const seen = await status()
          return seen.ready && seen.pid !== pid && seen
        })
        expect(now).to.include({state: 'running'})
      }

      const {stdout} = await hermes('gateway:logs', 'coder')
      expect(stdout.match(/ends with 1: SIGTERM without a planned stop/g)).to.have.length(2)
    })

    it('by a signal is none, and it is back', async () => {
      const {pid} = await status()
      process.kill(pid, 'SIGTERM')
      await until('a new life', async () => {
        const seen = await status()
        return seen.ready && seen.pid !== pid
      })
      expect(marker()).to.equal(false)
    })
  })

  describe('runs the stop command of a definition', () => {
    let home: string
    const manager = () => checked(systemd.connect(labHost(home)))
    const said = () => (existsSync(join(home, 'said')) ? readFileSync(join(home, 'said'), 'utf8').trim() : '')
    const install = async (stopCommand: [string, ...string[]], more: Partial<ServiceSpec> = {}) => {
      await manager().install(
        {
          command: ['/usr/bin/sleep', '300'],
          description: 'sleeps',
          environment: {},
          home,
          id: 'a',
          logDirectory: 'logs',
          readiness: 'none',
          stopCommand,
          stopSeconds: 5,
          workingDirectory: home,
          ...more,
        },
        {start: true},
      )
      const seen = await manager().status('a')
      return seen.state === 'running' ? seen.pid : 0
    }

    const tell: [string, ...string[]] = ['/bin/sh', '-c', 'echo "$HERMES_STOP_PID $PWD $0" >>said', `'a' "b" $c %n \\ é`]

    beforeEach(() => {
      home = mkdtempSync(join(homedir(), 'h-'))
    })

    afterEach(async () => {
      await removeAll(labHost(home))
      rmSync(home, {force: true, recursive: true})
    })

    it('with the process that is to end, in its directory, words as they are', async () => {
      const pid = await install(tell)
      await manager().stop('a')
      expect(said()).to.equal(`${pid} ${home} ${tell[3]}`)
    })

    it('not for a restart, nor when it ends by itself', async () => {
      await install(tell)
      await manager().restart('a')
      await manager().stop('a')
      expect(said().split('\n')).to.have.length(1)
      rmSync(join(home, 'said'))
      await install(tell, {command: ['/bin/sh', '-c', 'sleep 0.2; exit 0']})
      await until('its end', async () => (await manager().status('a')).state === 'stopped')
      expect(said()).to.equal('')
    })

    for (const [what, command] of [
      ['fails', ['/bin/false']],
      ['is missing', ['/nonexistent/hermes']],
      ['never ends', ['/bin/sh', '-c', 'trap "" TERM; while :; do sleep 1; done']],
    ] as const) {
      it(`and goes on where it ${what}`, async () => {
        await install([...command] as [string, ...string[]])
        await manager().stop('a')
        expect(await manager().status('a')).to.include({enabled: false, state: 'stopped'})
        expect((await systemctl('list-units', '--failed', '--plain', '--no-legend')).stdout).not.to.include('hermes')
      })
    }
  })
})
