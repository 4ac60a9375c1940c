import {expect} from 'chai'

import type {Container} from '../support/container.js'

import {containers} from '../support/containers.js'

interface Way {
  readonly env?: Readonly<Record<string, string>>
  readonly user?: string
}

describe('docker exec … hermes, with nothing sourced', function () {
  this.timeout(120_000)
  const {run} = containers()
  let container: Container

  before(async () => {
    container = await run()
  })

  const foreign = async (): Promise<string> =>
    (
      await container.sh('find /opt/data /run/service /tmp -mindepth 1 ! -uid 10000; ls -A /root/.cache /root/.local 2>/dev/null', {
        user: '0',
      })
    ).stdout

  async function ok(way: Way, ...words: string[]): Promise<string> {
    const {code, stderr, stdout} = await container.exec(['hermes', ...words], way)
    expect(code, `${words.join(' ')}: ${stdout}${stderr}`).to.equal(0)
    return stdout
  }

  for (const [name, way] of Object.entries<Way>({
    'as hermes': {user: 'hermes'},
    'as root': {user: '0'},
    'as root with an empty HOME and a short PATH': {env: {HOME: '', PATH: '/usr/bin:/bin:/usr/local/bin'}, user: '0'},
  })) {
    it(`${name}: makes, starts, stops, renames and deletes a profile, and leaves no file of another user`, async () => {
      await ok(way, 'profile', 'create', 'coder', '--command', 'sleep 1000')
      await ok(way, 'gateway', 'start', '-p', 'coder')
      expect(await ok(way, 'gateway', 'status', '-p', 'coder')).to.match(/running/)
      expect(await ok(way, 'gateway', 'list')).to.match(/^coder +running/m)
      expect(await ok(way, 'gateway', 'logs', '-p', 'coder')).to.contain('is running')
      await ok(way, 'gateway', 'restart', '-p', 'coder')
      await ok(way, 'gateway', 'stop', '-p', 'coder')
      await ok(way, 'profile', 'rename', 'coder', 'writer')
      expect(await ok(way, 'gateway', 'list')).to.match(/^writer +stopped/m)
      await ok(way, 'profile', 'delete', 'writer', '--yes')
      expect(await ok(way, 'gateway', 'list')).not.to.match(/writer|coder/)
      expect(await foreign()).to.equal('')
    })
  }

  it('from any directory, one that the service user cannot enter too', async () => {
    for (const directory of ['/root', '/proc/1', '/']) {
      const {code, stdout, stderr} = await container.exec(['hermes', 'gateway', 'list'], {directory})
      expect(stdout, stderr).to.match(/^default /m)
      expect(code).to.equal(0)
    }
  })

  it('finds s6 as hermes and as root', async () => {
    const ways: Way[] = [{user: 'hermes'}, {user: '0'}, {env: {HERMES_DOCKER_EXEC_AS_ROOT: '1'}, user: '0'}]
    for (const way of ways) {
      const inspected = JSON.parse(await ok(way, 'backend:inspect', '--json'))
      expect(inspected).to.include({chosen: 's6', label: 's6 (container supervisor)'})
    }
  })

  it('HERMES_DOCKER_EXEC_AS_ROOT=1: root reads, and is refused every change', async () => {
    const root: Way = {env: {HERMES_DOCKER_EXEC_AS_ROOT: '1'}, user: '0'}
    await container.hermes('profile', 'create', 'kept')
    for (const words of ['gateway list', 'gateway status', 'profile list', 'profile show kept', 'gateway logs', '--version'])
      expect((await container.exec(['hermes', ...words.split(' ')], root)).code, words).to.be.oneOf([0, 3])
    const changes = ['profile create x', 'profile rename kept x', 'profile delete kept --yes', 'profile use kept']
    for (const words of [...changes, 'gateway start', 'gateway stop', 'gateway restart', 'container:reconcile']) {
      const {code, stderr} = await container.exec(['hermes', ...words.split(' ')], root)
      expect(stderr, words).to.match(/belongs to user 10000, and this is root/)
      expect(code, words).to.equal(77)
    }

    expect(await foreign()).to.equal('')
    expect(await ok({}, 'profile', 'list')).to.match(/kept/)
  })

  it('a user who is neither root nor hermes is told that it may not, and changes nothing', async () => {
    const before = await container.sh('find /opt/data /run/service | sort; cat /opt/data/*.json', {user: '0'})
    for (const words of ['profile create x', 'gateway list', 'gateway start', 'profile use x']) {
      const {code, stderr} = await container.exec(['hermes', ...words.split(' ')], {user: '4242'})
      expect(stderr, words)
        .to.match(/permission denied|EACCES/)
        .and.not.match(/^ +at /m)
      expect(code, words).to.equal(77)
    }

    expect((await container.sh('find /opt/data /run/service | sort; cat /opt/data/*.json', {user: '0'})).stdout).to.equal(before.stdout)
  })

  it('with-contenv gives root and hermes the environment of the container, the PATH as it was given', async () => {
    const path = '/opt/data/bin:/usr/local/bin:/usr/bin:/bin'
    const other = await run({env: {PATH: path, SOME_NAME: 'some value\nof two lines'}})
    for (const user of ['0', 'hermes']) {
      const {stdout} = await other.exec(['env', '-i', '/command/with-contenv', 'sh', '-c', 'echo "$SOME_NAME"; echo "$PATH"'], {user})
      expect(stdout)
        .to.match(/^some value\nof two lines\n/)
        .and.contain(`\n${path}`)
    }

    expect((await other.exec(['cat', '/run/s6/container_environment/SOME_NAME'], {user: '4242'})).code).not.to.equal(0)
  })
})
