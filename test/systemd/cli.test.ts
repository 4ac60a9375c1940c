import {expect} from 'chai'
import {execa} from 'execa'
import {chmodSync, mkdtempSync, rmSync} from 'node:fs'
import {homedir, tmpdir} from 'node:os'
import {join} from 'node:path'

import {hermesIn, type Hermes} from '../support/cli.js'
import {labHost, removeAll, scope} from '../support/systemd.js'
import {until} from '../support/wait.js'

/** Services of a user; the commands choose the scope of the machine only when they are told to. */
if (scope === 'user') {
  describe('hermes on systemd', () => {
    let home: string
    let hermes: Hermes

    beforeEach(async () => {
      home = mkdtempSync(join(tmpdir(), 'hermes-cli-'))
      chmodSync(home, 0o700)
      // XDG_RUNTIME_DIR names nothing, as after `su -`: hermes finds the user's manager by itself.
      hermes = hermesIn(home, {HOME: homedir(), XDG_RUNTIME_DIR: ''})
      const made = await hermes('profile:create', 'coder')
      expect(made.code, made.stderr).to.equal(0)
    })

    afterEach(async () => {
      await removeAll(labHost(home))
      rmSync(home, {force: true, recursive: true})
    })

    const status = async () => (await hermes('gateway:status', '-p', 'coder', '--json')).json()

    it('start, crash, restart and stop mean what they mean elsewhere', async () => {
      const started = await hermes('gateway:start', '-p', 'coder', '--json')
      expect(started.code, started.stdout + started.stderr).to.equal(0)
      const first = started.json().status
      expect(first).to.include({enabled: true, ready: true, state: 'running'})

      process.kill(first.pid, 'SIGKILL')
      const second = await until('it is back', async () => {
        const now = await status()
        return now.state === 'running' && now.pid !== first.pid && now
      })
      const restarted = await hermes('gateway:restart', '-p', 'coder', '--json')
      expect(restarted.json().status).to.include({ready: true, state: 'running'})
      expect(restarted.json().status.pid).not.to.equal(second.pid)

      const stopped = await hermes('gateway:stop', '-p', 'coder', '--json')
      expect(stopped.code, stopped.stdout + stopped.stderr).to.equal(0)
      expect(await status()).to.include({enabled: false, intent: 'stopped', state: 'stopped'})
      expect((await hermes('gateway:logs', '-p', 'coder', '-n', '50')).stdout.match(/is running/g)).to.have.length(3)
    })

    it('a stop by hand with systemctl is a stop of this life only', async () => {
      await hermes('gateway:start', '-p', 'coder')
      const {stdout} = await execa('systemctl', ['--user', 'list-units', '--plain', '--no-legend', 'hermes-gateway-coder*'], {
        env: {XDG_RUNTIME_DIR: `/run/user/${process.getuid!()}`},
      })
      await execa('systemctl', ['--user', 'stop', stdout.split(' ')[0]!], {env: {XDG_RUNTIME_DIR: `/run/user/${process.getuid!()}`}})
      expect(await status()).to.include({enabled: true, intent: 'running', pid: null})
      expect((await hermes('gateway:start', '-p', 'coder')).code).to.equal(0)
      expect(await status()).to.include({state: 'running'})
    })
  })
}
