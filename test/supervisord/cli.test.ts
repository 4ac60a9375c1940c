import {expect} from 'chai'
import {existsSync, readdirSync} from 'node:fs'
import {join} from 'node:path'
import {pathToFileURL} from 'node:url'

import {hermesIn, NO_SUPERVISOR, type Hermes} from '../support/cli.js'
import {cleanUpDirectories, root, temporaryDirectory} from '../support/directories.js'
import {freePort} from '../support/gateway.js'
import {until} from '../support/wait.js'

interface Supervisord {
  readonly directory: string
  readonly environment: Record<string, string>
  dispose(): Promise<void>
  reboot(): Promise<void>
}

const EXAMPLE = join(root, 'examples/backend-supervisord')

cleanUpDirectories()

/** A backend that knows neither exit codes nor readiness: hermes and the gateway make up for both. */
describe('hermes on supervisord', () => {
  let home: string
  let hermes: Hermes
  let supervisord: Supervisord

  beforeEach(async () => {
    const {createSupervisord} = (await import(pathToFileURL(join(EXAMPLE, 'test/supervisord.js')).href)) as {
      createSupervisord: (home: string) => Promise<Supervisord>
    }
    home = temporaryDirectory()
    supervisord = await createSupervisord(home)
    const {HERMES_SUPERVISORD_CONF} = supervisord.environment
    hermes = hermesIn(home, {...NO_SUPERVISOR, HERMES_BACKEND: 'supervisord', HERMES_SUPERVISORD_CONF: HERMES_SUPERVISORD_CONF!})
    const linked = await hermes('plugins', 'link', EXAMPLE, '--no-install')
    expect(linked.code, linked.stderr).to.equal(0)
  })

  afterEach(() => supervisord.dispose())

  const ok = async (...words: string[]): Promise<any> => {
    const result = await hermes(...words, '--json')
    expect(result.code, `${words.join(' ')}: ${result.stdout}${result.stderr}`).to.equal(0)
    return result.json()
  }

  const status = async () => (await hermes('gateway', 'status', 'coder', '--json')).json()
  const files = () => readdirSync(join(supervisord.directory, 'conf.d')).filter((name) => name.startsWith('hermes-gateway-coder.'))

  it('is found, and named with its reason', async () => {
    const {stdout} = await hermes('backend')
    expect(stdout).to.match(/\* {2}supervisord .* a supervisord runs with .*hermes-backend-supervisord/)
  })

  it('start, crash, stop, a power cut and a delete mean what they mean elsewhere', async () => {
    await ok('profile', 'create', 'coder', '--port', String(await freePort()))
    expect(files(), 'registered with the profile').to.have.length(1)
    const started = await ok('gateway', 'start', 'coder', '--backend', 'supervisord')
    expect(started.status).to.include({enabled: true, ready: true, state: 'running'})

    process.kill(started.status.pid, 'SIGKILL')
    const second = await until('it is back', async () => {
      const now = await status()
      return now.state === 'running' && now.ready && now.pid !== started.status.pid && now
    })
    const restarted = await ok('gateway', 'restart', 'coder')
    expect(restarted.status).to.include({ready: true, state: 'running'})
    expect(restarted.status.pid).not.to.equal(second.pid)

    await supervisord.reboot()
    await until('it is back after the power cut', async () => {
      const now = await status()
      return now.state === 'running' && now.ready && now.pid !== restarted.status.pid
    })

    await ok('gateway', 'stop', 'coder')
    expect(await status()).to.include({enabled: false, intent: 'stopped', state: 'stopped'})
    await supervisord.reboot()
    expect(await status()).to.include({pid: null, state: 'stopped'})
    expect((await hermes('gateway', 'logs', 'coder', '-n', '200')).stdout.match(/is running/g)).to.have.length(4)

    await ok('profile', 'delete', 'coder', '--yes')
    expect(files()).to.deep.equal([])
    expect(readdirSync(join(supervisord.directory, 'logs')).filter((name) => name.includes('coder'))).to.deep.equal([])
  })

  it('a gateway that can never start stays down and says why, also after a power cut', async () => {
    await ok('profile', 'create', 'coder', '--port', String(await freePort()), '--command', 'echo no key; exit 78')
    const refused = await hermes('gateway', 'start', 'coder', '--json')
    expect(refused.code).not.to.equal(0)
    expect(refused.stdout).to.match(/exited with 78/)
    const seen = await status()
    expect(seen).to.include({pid: null, state: 'failed'})
    expect(seen.reason).to.match(/exited with 78/)
    const log = async () => (await hermes('gateway', 'logs', 'coder', '-n', '200')).stdout.match(/no key/g)?.length
    const before = await log()
    expect(before).to.equal(1)
    await supervisord.reboot()
    await until('it has been tried once more', async () => (await log()) === 2)
    expect(await status()).to.include({pid: null, state: 'failed'})
  })

  it('a crash loop ends, and says so', async () => {
    await ok('profile', 'create', 'coder', '--port', String(await freePort()), '--command', 'exit 3')
    expect((await hermes('gateway', 'start', 'coder')).code).not.to.equal(0)
    const seen = await until(
      'it is given up',
      async () => {
        const now = await status()
        return now.state === 'failed' && now
      },
      60_000,
    )
    expect(seen.reason).to.match(/exited with 3; given up after 5 failed starts in a row/)
  })

  it('a plugin of ours and its manager are no more once they are unlinked', async () => {
    await ok('profile', 'create', 'coder', '--port', String(await freePort()))
    expect((await hermes('plugins', 'unlink', EXAMPLE)).code).to.equal(0)
    expect((await hermes('backend')).stdout).not.to.match(/a supervisord runs with/)
    expect(existsSync(join(supervisord.directory, 'conf.d', files()[0]!))).to.equal(true)
  })
})
