import {expect} from 'chai'
import {execa} from 'execa'
import {chownSync, existsSync, renameSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {bootedHome} from '../support/booted-home.js'
import {cleanEnvironment, hermesIn, NO_SUPERVISOR} from '../support/cli.js'
import {cleanUpDirectories, isOpenToOthers, root, temporaryDirectory} from '../support/directories.js'
import {alive, familyOf, killAll} from '../support/processes.js'

cleanUpDirectories()

/** What a new user, bad luck or somebody with bad intentions does to it. */
describe('hermes under abuse', () => {
  it('fails at once, and does not turn for ever, in a home that cannot be made', async function () {
    if (process.platform !== 'linux') this.skip()
    // Node's own recursive mkdir never ends under /proc.
    const result = await execa(process.execPath, [join(root, 'bin/run.js'), 's6', 'boot', '--json'], {
      env: cleanEnvironment('/proc/nowhere'),
      extendEnv: false,
      killSignal: 'SIGKILL',
      reject: false,
      timeout: 10_000,
    })
    expect(result.timedOut).to.equal(false)
    expect(result.exitCode).to.equal(69)
    expect(JSON.parse(result.stdout).error.message).to.contain('/proc/nowhere')
  })

  it('refuses as root, at once, what belongs to the tree of another user, and a stranger what is not theirs', async function () {
    if (process.getuid?.() !== 0 || !isOpenToOthers()) this.skip()
    const base = temporaryDirectory()
    const home = join(base, 'home')
    chownSync(base, 65_534, 65_534)
    const as = async (uid: number, ...words: string[]): Promise<{code: number; error: any; pid?: number}> => {
      const drop = ['--reuid', String(uid), '--regid', String(uid), '--clear-groups', process.execPath, join(root, 'bin/run.js')]
      const options = {env: cleanEnvironment(home), extendEnv: false, reject: false, timeout: 30_000} as const
      const {exitCode, stdout} = await execa('setpriv', [...drop, ...words, '--json'], options)
      const answer = JSON.parse(stdout)
      return {code: exitCode ?? -1, error: answer.error, pid: answer.pid}
    }

    const {pid} = await as(65_534, 's6', 'boot')
    const members = familyOf(pid!)
    try {
      expect((await as(65_534, 'profile:create', 'a')).code).to.equal(0)
      for (const verb of ['start', 'stop', 'restart']) {
        const {code, error} = await as(0, `gateway:${verb}`, 'a')
        expect(error, verb).to.include({code: 'permission'})
        expect(code).to.equal(77)
        expect(error.suggestions.join(',')).to.contain('65534')
      }

      for (const words of [['gateway:status', 'a'], ['gateway:stop', 'a'], ['profile'], ['s6', 'shutdown']]) {
        expect((await as(65_533, ...words)).error, words.join(' ')).to.include({code: 'permission'})
      }
    } finally {
      await as(65_534, 's6', 'shutdown')
      await killAll([...members, ...familyOf(pid!)])
    }
  })

  describe('with a tree', () => {
    const here = bootedHome()

    it('gets rid of a profile whose name is too long for s6, by another name or for good', async () => {
      const [first, second] = ['x'.repeat(251), 'y'.repeat(244)]
      for (const name of [first, second]) expect((await hermesIn(here.home, NO_SUPERVISOR)('profile:create', name)).code).to.equal(0)
      const refused = (await here.hermes('gateway:start', first, '--json')).json().error
      expect(refused).to.include({code: 'invalid-name', exit: 2})
      expect(refused.suggestions.join(',')).to.contain('profile:rename')
      expect((await here.hermes('gateway:status', first, '--json')).json()).to.include({registered: false, state: 'absent'})
      await here.ok('profile:rename', first, 'short')
      await here.ok('profile:delete', second, '--yes')
      expect((await here.ok('gateway:start', 'short')).action).to.equal('started')
    })

    it('does not advise to start what can never be registered', async () => {
      const {error} = (await here.hermes('profile:create', 'x'.repeat(244), '--json')).json()
      expect(error).to.include({code: 'invalid-name'})
      expect(error.suggestions.join(',')).to.contain('profile:rename').and.not.contain('Register and start it later')
    })

    it('tells a verb whose profile is deleted or renamed meanwhile just that, and leaves no service of it', async () => {
      for (const [to, ...words] of [
        ['gone', 'profile:rename', 'victim', 'gone'],
        ['', 'profile:delete', 'gone', '--yes'],
      ]) {
        const from = to === 'gone' ? 'victim' : 'gone'
        if (from === 'victim') await here.ok('profile:create', 'victim', '--command', 'exec sleep 1000')
        const verbs = ['start', 'restart', 'start', 'stop', 'start'].map((verb) => here.hermes(`gateway:${verb}`, from, '--json'))
        const [change, ...results] = await Promise.all([here.hermes(...words, '--json'), ...verbs])
        expect(change.code, change.stdout).to.equal(0)
        for (const {code, json, stdout} of results) {
          if (code === 0) continue
          const allowed = ['not-registered', 'profile-not-found', 'start-failed']
          expect(allowed, stdout).to.include(json().error.code)
          expect(json().error.message).not.to.contain('s6-sv')
        }

        expect((await here.ok('backend:inspect')).services).not.to.include(from)
        expect(existsSync(join(here.home, 'profiles', from))).to.equal(false)
      }
    })

    it('starts anew what is just being removed, once its process has ended', async () => {
      const command = `trap 'sleep 1; exit 0' TERM; while :; do sleep 0.1; done`
      await here.ok('profile:create', 'slow', '--command', command)
      const {pid} = (await here.ok('gateway:start', 'slow')).status
      // As a removal does it when somebody has started the service once more while it was taken down.
      const scandir = join(here.home, 'run/service')
      const hidden = join(scandir, `.gateway-slow.gone.${process.pid}.0123abcd`)
      renameSync(join(scandir, 'gateway-slow'), hidden)
      await execa('s6-svscanctl', ['-an', scandir])
      expect(alive(pid)).to.equal(true)
      const {action, status} = await here.ok('gateway:start', 'slow')
      expect(action).to.equal('started')
      expect(status.pid).not.to.equal(pid)
      expect(alive(pid)).to.equal(false)
    })

    it('reconciles into the tree of the home without being told where that is', async () => {
      const {scandir} = await here.ok('container:reconcile', '--dry-run')
      expect(scandir).to.equal(join(here.home, 'run/service'))
    })

    it('stops a gateway although something else is in the place of its lock', async () => {
      await execa('mkfifo', [join(here.home, 'gateway.lock')])
      expect((await here.ok('gateway:stop', 'default')).action).to.equal('already-stopped')
    })

    it('says since when in the same words each time it is asked', async () => {
      await here.ok('gateway:start', 'default')
      const seen = new Set<string>()
      for (let times = 0; times < 3; times++) seen.add((await here.ok('gateway:status', 'default')).since)
      expect(seen.size).to.equal(1)
    })

    it('shows with a failed start no log lines of an earlier life', async () => {
      await here.ok('profile:create', 'coder', '--command', 'echo long ago; exec sleep 1000')
      await here.ok('gateway:start', 'coder')
      await here.ok('gateway:stop', 'coder')
      writeFileSync(join(here.home, 'profiles/coder/config.yaml'), 'gateway: {command: "echo just now; exit 78"}\n')
      const {error} = (await here.hermes('gateway:start', 'coder', '--json')).json()
      expect(error.code).to.equal('config-invalid')
      expect(error.message).to.contain('just now').and.not.contain('long ago')
    })

    it('names a profile directory that was taken away, and keeps its own files out of the message', async () => {
      await here.ok('profile:create', 'coder')
      rmSync(join(here.home, 'profiles/coder'), {recursive: true})
      const {error} = (await here.hermes('gateway:stop', 'coder', '--json')).json()
      expect(error).to.include({code: 'profile-not-found', exit: 4})
    })
  })
})
