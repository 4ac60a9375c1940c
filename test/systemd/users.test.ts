import {expect} from 'chai'
import {execa} from 'execa'
import {chownSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {root} from '../support/directories.js'
import {scope} from '../support/systemd.js'

/** Has no manager of its own and does not linger, unless a test sees to that. */
const OTHER = {home: '/home/other', name: 'other', uid: 4243}
const LINGER = `/var/lib/systemd/linger/${OTHER.name}`
const MANAGER = `user@${OTHER.uid}.service`
const RULE = '/etc/polkit-1/rules.d/10-hermes-test.rules'
const REFUSE = `polkit.addRule(function(action) { if (action.id.indexOf('org.freedesktop.login1.set-') === 0) return polkit.Result.NO })\n`

/** Needs root, who may be anybody. */
if (scope === 'system') {
  describe('hermes on systemd, for another user than root', () => {
    let home: string

    const run = async (prefix: string[], env: Record<string, string>, words: string[]) => {
      const command = [...prefix, process.execPath, join(root, 'bin/run.js'), ...words]
      const base = {HERMES_HOME: home, NO_COLOR: '1', PATH: '/usr/bin:/bin'}
      const result = await execa(command[0]!, command.slice(1), {cwd: '/', env: {...base, ...env}, extendEnv: false, reject: false})
      return {code: result.exitCode, json: () => JSON.parse(result.stdout), text: result.stdout + result.stderr}
    }

    const become = ['setpriv', `--reuid=${OTHER.uid}`, `--regid=${OTHER.uid}`, '--init-groups', '--inh-caps=-all', '--']
    const other = (env: Record<string, string>, ...words: string[]) =>
      run(become, {HOME: OTHER.home, LOGNAME: OTHER.name, USER: OTHER.name, ...env}, words)
    const superuser = (...words: string[]) => run([], {HOME: '/root'}, words)
    const manage = (...words: string[]) => execa('systemctl', words)
    const status = async () => (await other({}, 'gateway:status', 'coder', '--json')).json()

    beforeEach(async () => {
      home = mkdtempSync(join(OTHER.home, 'h-'))
      chownSync(home, OTHER.uid, OTHER.uid)
      expect((await other({}, 'profile:create', 'coder')).code).to.equal(0)
    })

    afterEach(async () => {
      await superuser('gateway:uninstall', 'coder')
      await other({}, 'gateway:uninstall', 'coder')
      await manage('stop', MANAGER)
      for (const path of [LINGER, RULE, home]) rmSync(path, {force: true, recursive: true})
    })

    it('after su nothing is chosen: it is said what is missing, and how to go on', async () => {
      for (const env of [{}, {XDG_RUNTIME_DIR: '/run/user/4242'}, {XDG_RUNTIME_DIR: '/run/systemd'}]) {
        const refused = await other(env, 'gateway:start', 'coder', '--json')
        expect(refused.code, refused.text).to.equal(69)
        const {error} = refused.json()
        expect(error.code).to.equal('no-service-manager')
        expect(error.message)
          .to.match(/loginctl enable-linger/)
          .and.to.match(/XDG_RUNTIME_DIR/)
          .and.to.match(/--system/)
        if (env.XDG_RUNTIME_DIR) expect(error.message).to.include(`XDG_RUNTIME_DIR is ${env.XDG_RUNTIME_DIR}, which is not of this user`)
        expect(error.suggestions[0]).to.match(/^As root, .* --system --run-as-user/)
      }

      const asked = await other({}, 'gateway:start', 'coder', '--system', '--json')
      expect([asked.code, asked.json().error.code], asked.text).to.deep.equal([77, 'permission'])
      expect((await other({}, 'gateway:status', 'coder')).code).to.equal(3)
    })

    it('lingering is turned on by the user where that is allowed', async () => {
      await manage('start', MANAGER)
      const started = await other({}, 'gateway:start', 'coder')
      expect(started.code, started.text).to.equal(0)
      expect(started.text).not.to.include('linger')
      expect(existsSync(LINGER)).to.equal(true)
      expect((await other({}, 'doctor', '--json')).json().findings).to.deep.equal([])
    })

    it('where polkit refuses that it is said, by doctor too, and the cure works', async () => {
      mkdirSync('/etc/polkit-1/rules.d', {recursive: true})
      writeFileSync(RULE, REFUSE, {mode: 0o644})
      await manage('restart', 'polkit.service')
      await manage('start', MANAGER)
      const started = await other({}, 'gateway:start', 'coder')
      expect(started.code, started.text).to.equal(0)
      expect(started.text).to.match(/user other does not linger: .*Cure: sudo loginctl enable-linger other/)
      expect(existsSync(LINGER)).to.equal(false)
      const lingering = async () => {
        const {findings} = (await other({}, 'doctor', '--json')).json()
        return findings.find(({message}: {message: string}) => /does not linger/.test(message))
      }

      const {cure} = await lingering()
      await execa('sh', ['-c', cure.replace(/^sudo /, '')])
      expect(await lingering()).to.equal(undefined)
    })

    it('root has it run as that user, as a service of the machine, and every verb goes on with that', async () => {
      const installed = await superuser('gateway:install', 'coder', '--system', '--run-as-user', OTHER.name, '--json')
      expect(installed.code, installed.text).to.equal(0)
      const {pid} = installed.json().status
      expect(statSync(`/proc/${pid}`).uid).to.equal(OTHER.uid)
      expect(statSync(join(home, 'profiles/coder/gateway_state.json')).uid).to.equal(OTHER.uid)
      // Its owner sees it, and may not touch it.
      expect(await status()).to.include({pid, scope: 'system', state: 'running'})
      expect((await other({}, 'gateway:stop', 'coder')).code).to.equal(77)
      expect((await status()).state).to.equal('running')
      for (const words of [
        ['gateway:restart', 'coder'],
        ['profile:rename', 'coder', 'senior'],
        ['profile:rename', 'senior', 'coder'],
        ['gateway:stop', 'coder'],
        ['gateway:start', 'coder'],
      ]) {
        const done = await superuser(...words)
        expect(done.code, words.join(' ') + done.text).to.equal(0)
      }

      const now = await status()
      expect(statSync(`/proc/${now.pid}`).uid).to.equal(OTHER.uid)
      expect((await superuser('profile:delete', 'coder', '--yes')).code).to.equal(0)
      expect(existsSync(`/proc/${now.pid}`)).to.equal(false)
    })

    it('by hand, stopped by root: a planned stop there too', async () => {
      await superuser('gateway:start', 'coder', '--system')
      const {stdout} = await manage('list-units', '--plain', '--no-legend', 'hermes-gateway-coder*')
      await manage('stop', stdout.split(' ')[0]!)
      expect(await status()).to.include({observed: 'stopped', reason: 'stopped on request', state: 'stopped'})
    })

    it('of one that both have doctor says so, and the cure leaves one', async () => {
      await manage('start', MANAGER)
      expect((await other({}, 'gateway:start', 'coder')).code).to.equal(0)
      expect((await superuser('gateway:install', 'coder', '--system', '--no-start')).code).to.equal(0)
      const double = async () => {
        const {findings} = (await other({}, 'doctor', '--json')).json()
        return findings.find(({check}: {check: string}) => check === 'double-service')
      }

      const {cure} = await double()
      expect(cure).to.match(/HERMES_BACKEND=systemd hermes gateway:uninstall coder --system$/)
      expect((await status()).warnings.join('\n')).to.match(/have the service of "coder"/)
      expect((await superuser('gateway:uninstall', 'coder', '--system')).code).to.equal(0)
      expect(await double()).to.equal(undefined)
      // The other one goes on, and is still wanted.
      expect(await status()).to.include({intent: 'running', scope: 'user', state: 'running'})
      expect((await superuser('gateway:install', 'coder', '--system', '--no-start')).code).to.equal(0)
      expect((await superuser('gateway:stop', 'coder', '--system')).code).to.equal(0)
      expect(await status()).to.include({intent: 'running', scope: 'user', state: 'running'})
      expect((await superuser('profile:delete', 'coder', '--yes')).code).to.equal(0)
    })
  })
}
