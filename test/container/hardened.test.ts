import {expect} from 'chai'
import {chmodSync, chownSync, mkdirSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import type {Container} from '../support/container.js'

import {containers} from '../support/containers.js'
import {temporaryDirectory} from '../support/directories.js'
import {dockerOk} from '../support/docker.js'

const NO_POWERS = ['--cap-drop', 'ALL', '--security-opt', 'no-new-privileges']
const READ_ONLY = ['--read-only', '--tmpfs', '/run', '--tmpfs', '/tmp']
const SET_IDS = ['--cap-add', 'SETUID', '--cap-add', 'SETGID']

/** Root without CAP_DAC_OVERRIDE cannot read the boot log. hermes can. */
const isHealthy = (container: Container): Promise<unknown> =>
  container.waitFor('health', async () => (await container.hermes('container:health')).code === 0)

/** Everything a user does: a gateway up, seen, logged; up again after a restart; then an end in order, and in time. */
async function worksAsAWhole(container: Container): Promise<void> {
  await isHealthy(container)
  const started = await container.hermes('gateway', 'start')
  expect(started.code, started.stdout + started.stderr + (await container.logs())).to.equal(0)
  await container.restart()
  await container.waitFor('the gateway again', async () => (await container.hermes('gateway', 'status')).code === 0)
  expect((await container.hermes('gateway', 'logs')).stdout).to.contain('is running')
  expect((await container.hermes('container:health')).code).to.equal(0)
  const began = Date.now()
  await container.stop({seconds: 20})
  expect(Date.now() - began, 'milliseconds to stop').to.be.lessThan(10_000)
  expect((await container.inspect()).State.ExitCode).to.equal(0)
  expect(await container.logs()).not.to.match(/WARNING/)
}

describe('the image, hardened', function () {
  this.timeout(120_000)
  const {once, run} = containers()

  const ways: Record<string, string[]> = {
    '--cap-drop ALL --cap-add SETUID SETGID CHOWN, as compose.yaml has it': [...NO_POWERS, ...SET_IDS, '--cap-add', 'CHOWN', ...READ_ONLY],
    '--init': ['--init'],
    '--read-only, a tmpfs on /run and /tmp': READ_ONLY,
    '--user 10000:10000 with no capability': ['--user', '10000:10000', ...NO_POWERS],
    '--user 10000, read-only, its own /run': [
      '--user',
      '10000',
      ...NO_POWERS,
      '--read-only',
      '--tmpfs',
      '/run:uid=10000,gid=10000',
      '--tmpfs',
      '/tmp',
    ],
    '/run for everybody to write': ['--tmpfs', '/run:mode=1777', '--tmpfs', '/tmp'],
    'no-new-privileges': ['--security-opt', 'no-new-privileges'],
  }

  it(`works as a whole: ${Object.keys(ways).join('; ')}`, async () => {
    const works = async (name: string): Promise<void> => {
      try {
        await worksAsAWhole(await run({args: ways[name]!, waitForBoot: false}))
      } catch (error) {
        throw new Error(`${name}: ${String(error)}`)
      }
    }

    await Promise.all(Object.keys(ways).map((name) => works(name)))
  })

  it('--read-only with PUID: the gateways are that user, the name hermes is not, and that is said', async () => {
    const container = await run({args: READ_ONLY, env: {PGID: '1000', PUID: '1000'}})
    expect((await container.hermes('gateway', 'start')).code).to.equal(0)
    expect(await container.logs()).to.match(/WARNING: [^]*docker exec -u 1000:1000, or plain docker exec/)
    const {stdout} = await container.sh('find /opt/data ! -uid 1000', {user: '0'})
    expect(stdout).to.equal('')
  })

  it("SETUID and SETGID alone are enough for a volume that is the service user's", async () => {
    const container = await run({args: ['--cap-drop', 'ALL', ...SET_IDS], waitForBoot: false})
    await isHealthy(container)
    expect((await container.hermes('gateway', 'start')).code).to.equal(0)
    await container.restart()
    await container.waitFor('the gateway again', async () => (await container.hermes('gateway', 'status')).code === 0)
    const began = Date.now()
    await container.stop({seconds: 20})
    expect(Date.now() - began).to.be.lessThan(10_000)
    expect(await container.logs()).to.match(/ends with 1: SIGTERM/)
  })

  it('what is missing is said, with how to give it, and the container ends with 77', async () => {
    const refused: Array<[string[], RegExp]> = [
      [['--cap-drop', 'ALL'], /CAP_SETUID and CAP_SETGID are missing/],
      [['--cap-drop', 'ALL', '--cap-add', 'SETUID'], /CAP_SETUID and CAP_SETGID are missing/],
      [['--user', '10000:10000', '--tmpfs', '/run'], /--tmpfs \/run:uid=10000,gid=10000/],
      [['--user', '10000:10000', '--read-only'], /--tmpfs \/run:uid=10000,gid=10000/],
      [['--read-only'], /--tmpfs \/run/],
    ]
    for (const [args, told] of refused) {
      const {code, stderr} = await once({args})
      expect(stderr, args.join(' ')).to.match(told)
      expect(code, args.join(' ')).to.equal(77)
    }
  })

  it("a folder of the host: empty and root's, or another user's at 0700, is given to the service user; a read-only one refused", async function () {
    const folders = temporaryDirectory()
    const folder = (name: string, owner: number, mode: number): string => {
      const path = join(folders, name)
      mkdirSync(path)
      writeFileSync(join(path, 'other'), 'foreign')
      writeFileSync(join(path, 'SOUL.md'), '')
      for (const entry of [path, join(path, 'other'), join(path, 'SOUL.md')]) chownSync(entry, owner, owner)
      chmodSync(path, mode)
      return path
    }

    const fits = await dockerOk(['info', '--format', '{{.OperatingSystem}}'])
    if (process.getuid?.() !== 0 || !/Linux|Debian|Ubuntu/i.test(fits)) this.skip()
    for (const [name, owner, mode] of [
      ['roots', 0, 0o755],
      ['foreign', 4242, 0o700],
    ] as const) {
      const path = folder(name, owner, mode)
      const container = await run({volume: path})
      expect((await container.hermes('gateway', 'start')).code).to.equal(0)
      const uids = ['', 'SOUL.md', 'other'].map((entry) => statSync(join(path, entry)).uid)
      expect(uids, name).to.deep.equal([10_000, 10_000, owner])
    }

    const {code, stderr} = await once({args: ['--volume', `${folder('fixed', 4242, 0o755)}:/opt/data:ro`]})
    expect(stderr).to.match(/\/opt\/data cannot be written by user 10000/)
    expect(code).to.equal(77)
    const own = folder('own', 4242, 0o700)
    const container = await run({env: {HERMES_GID: '4242', HERMES_UID: '4242'}, volume: own})
    expect((await container.hermes('gateway', 'start')).code).to.equal(0)
    expect(statSync(join(own, 'gateway_intent.json')).uid).to.equal(4242)
  })
})
