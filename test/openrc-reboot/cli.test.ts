import {expect} from 'chai'
import {execa} from 'execa'
import {join} from 'node:path'
import {pathToFileURL} from 'node:url'

import {root} from '../support/directories.js'
import {until} from '../support/wait.js'

interface Lab {
  enter(user?: undefined, options?: {readonly cwd: string; readonly env?: Record<string, string>}): string[]
  powerCut(): Promise<void>
  stop(): Promise<void>
}

const EXAMPLE = join(root, 'examples/backend-openrc')

describe('hermes on a machine that OpenRC has booted', function () {
  this.timeout(180_000)
  let lab: Lab

  before(async () => {
    const {bootOpenrc} = (await import(pathToFileURL(join(root, 'scripts/lab/openrc.mjs')).href)) as {
      bootOpenrc: (tree: string, mounts: string[][]) => Promise<Lab>
    }
    lab = await bootOpenrc(process.env.HERMES_TEST_OPENRC_TREE!, [
      ['ro', root],
      ['ro', process.execPath],
    ])
    const linked = await hermes('plugins', 'link', EXAMPLE, '--no-install')
    expect(linked.exitCode, linked.stderr).to.equal(0)
  })

  after(() => lab?.stop())

  const inside = (...command: string[]) => {
    const [file, ...words] = [...lab.enter(undefined, {cwd: '/', env: {NO_COLOR: '1'}}), ...command]
    return execa(file!, words, {reject: false, stdin: 'ignore'})
  }

  const hermes = (...words: string[]) => inside(process.execPath, join(root, 'bin/run.js'), ...words)
  const ok = async (...words: string[]): Promise<any> => {
    const {exitCode, stderr, stdout} = await hermes(...words, '--json')
    expect(exitCode, `${words.join(' ')}: ${stdout}${stderr}`).to.equal(0)
    return JSON.parse(stdout)
  }

  const status = async (profile = 'coder') => JSON.parse((await hermes('gateway', 'status', profile, '--json')).stdout)
  const services = async () =>
    (await inside('sh', '-c', 'cd /etc && ls -d init.d/hermes-* runlevels/*/hermes-* 2>/dev/null')).stdout.split('\n').filter(Boolean)

  it('is found by what is in /run, and needs no flag', async () => {
    expect((await hermes('backend')).stdout).to.match(
      /\* {2}OpenRC .* OpenRC runs this machine, in runlevel "default" .*hermes-backend-openrc/,
    )
  })

  it('start, crash, stop, a power cut and a delete mean what they mean elsewhere', async () => {
    await ok('profile', 'create', 'coder')
    const started = await ok('gateway', 'start', 'coder')
    expect(started.status).to.include({enabled: true, ready: true, state: 'running'})
    await inside('kill', '-KILL', String(started.status.pid))
    const second = await until('it is back', async () => {
      const now = await status()
      return now.state === 'running' && now.pid !== started.status.pid && now
    })
    expect((await ok('gateway', 'restart', 'coder')).status.pid).not.to.equal(second.pid)

    await lab.powerCut()
    await until('it is back after the power cut', async () => (await status()).state === 'running')
    await ok('gateway', 'stop', 'coder')
    expect(await status()).to.include({enabled: false, intent: 'stopped', state: 'stopped'})
    await lab.powerCut()
    expect(await status()).to.include({pid: null, state: 'stopped'})
    expect((await hermes('gateway', 'logs', 'coder', '-n', '200')).stdout.match(/is running/g)).to.have.length(4)

    await ok('profile', 'delete', 'coder', '--yes')
    expect(await services()).to.deep.equal([])
  })

  it('a gateway that can never start stays down and says why, also after a power cut', async () => {
    await ok('profile', 'create', 'broken', '--command', 'echo no key; exit 78')
    const refused = await hermes('gateway', 'start', 'broken', '--json')
    expect([refused.exitCode, refused.stdout]).to.satisfy(([code, text]: [number, string]) => code !== 0 && /exited with 78/.test(text))
    const seen = await status('broken')
    expect(seen).to.include({enabled: true, pid: null, state: 'failed'})
    expect(seen.reason).to.match(/exited with 78/)
    await lab.powerCut()
    await until('it has failed again', async () => (await status('broken')).state === 'failed')
    expect((await hermes('gateway', 'logs', 'broken', '-n', '200')).stdout.match(/no key/g)).to.have.length(2)
    await ok('profile', 'delete', 'broken', '--yes')
    expect(await services()).to.deep.equal([])
  })
})
