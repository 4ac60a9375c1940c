import {expect} from 'chai'

import type {Container} from '../support/container.js'

import {containers} from '../support/containers.js'
import {dockerOk} from '../support/docker.js'

/** The owners of what is on the volume, each once. */
async function owners(container: Container, where = '/opt/data'): Promise<string[]> {
  const {stdout} = await container.sh(`find ${where} -xdev -printf '%U:%G\\n' | sort -u`, {user: '0'})
  return stdout.split('\n').filter(Boolean)
}

/** As the engine sees it, from outside: the users of all processes that are not root's. ps shows 4294967294 as -2. */
async function users(container: Container): Promise<string[]> {
  const top = await dockerOk(['top', container.name, '-eo', 'pid,uid,gid'])
  const lines = top
    .split('\n')
    .slice(1)
    .map((line) =>
      line
        .trim()
        .split(/\s+/)
        .slice(1)
        .map((id) => Number(id) >>> 0)
        .join(':'),
    )
  return [...new Set(lines)].filter((line) => line !== '0:0').sort()
}

async function runsGateways(container: Container): Promise<void> {
  const started = await container.hermes('gateway', 'start')
  expect(started.code, started.stdout + started.stderr + (await container.logs())).to.equal(0)
}

describe('who the service user is', function () {
  this.timeout(120_000)
  const {once, run, volume} = containers()

  const chosen: Array<[Record<string, string>, string]> = [
    [{PGID: '100', PUID: '99'}, '99:100'],
    [{HERMES_GID: '1000', HERMES_UID: '1000', PGID: '100', PUID: '99'}, '1000:1000'],
    // www-data of the image.
    [{HERMES_GID: '33', PUID: '33'}, '33:33'],
    [{HERMES_GID: '65534', HERMES_UID: '65534'}, '65534:65534'],
    [{HERMES_GID: '4294967294', HERMES_UID: '4294967294'}, '4294967294:4294967294'],
    [{HERMES_GID: '', HERMES_UID: '', PGID: '007', PUID: '0099'}, '99:7'],
  ]

  it(`${chosen.map(([, id]) => id).join(', ')}: gateways and all files are that user's`, async () => {
    const isItsUser = async ([env, id]: (typeof chosen)[number]): Promise<void> => {
      const container = await run({env})
      await runsGateways(container)
      const [uid, gid] = id.split(':')
      expect(await users(container), id).to.deep.equal([id])
      expect(await owners(container), id).to.deep.equal([id])
      expect(await container.logs()).not.to.match(/WARNING|refused/)
      expect((await container.exec(['id'], {user: 'hermes'})).stdout).to.match(new RegExp(`^uid=${uid}\\b.* gid=${gid}\\b`))
    }

    await Promise.all(chosen.map((one) => isItsUser(one)))
  })

  it('a refused value is said with its name, and the default taken', async () => {
    const refused = ['0', '000', '-1', 'abc', '4294967295', '1e3', '0x10', ' 5', '5 ', '1.5', '9'.repeat(30), '5\n6', '$(id)', '٣']
    const answers = await Promise.all(refused.map((value) => once({command: ['id', '-u'], env: {HERMES_UID: value, PGID: value}})))
    for (const [index, {code, stderr, stdout}] of answers.entries()) {
      expect(stderr, refused[index])
        .to.match(/WARNING: HERMES_UID=[^]*is refused[^]*10000 is used/)
        .and.match(/WARNING: PGID=/)
      expect(stdout, refused[index]).to.match(/^10000$/m)
      expect(code).to.equal(0)
    }
  })

  it("another id on a volume in use: what is hermes's is given to it, what is not stays as it is", async () => {
    const home = await volume()
    const first = await run({volume: home})
    await first.hermes('profile', 'create', 'coder')
    await first.sh('mkdir -p notes && echo mine >notes/file && echo mine >foreign && chown -R 4242:4242 notes foreign', {user: '0'})
    await first.remove()
    const second = await run({env: {PGID: '1000', PUID: '1000'}, volume: home})
    await runsGateways(second)
    const {stdout} = await second.sh('cd /opt/data && stat -c "%n %u" notes notes/file foreign && find . ! -uid 1000 ! -uid 4242', {
      user: '0',
    })
    expect(stdout).to.equal('notes 4242\nnotes/file 4242\nforeign 4242\n')
    expect(await second.logs()).to.match(/belongs to user 10000 and is given to user 1000/)
    // Cut short, as by a power cut, far from the top.
    await second.sh('mkdir -p /opt/data/.hermes-ownership /opt/data/profiles/coder/a/b/c && chown -R 10000 /opt/data/profiles/coder/a/b', {
      user: '0',
    })
    await second.restart()
    expect(
      (await second.sh('cd /opt/data && find . -mindepth 1 ! -uid 1000 ! -uid 4242; ls -d .hermes-ownership', {user: '0'})).stdout,
    ).to.equal('')
  })

  it('--group-add reaches the gateways', async () => {
    const container = await run({args: ['--group-add', '999', '--group-add', '42']})
    await container.hermes('profile', 'create', 'coder', '--command', "sh -c 'id -G >groups; exec sleep 1000'")
    await container.hermes('gateway', 'start', '-p', 'coder')
    const groups = await container.waitFor('the groups', async () => (await container.sh('cat /opt/data/profiles/coder/groups')).stdout)
    expect(groups.trim().split(' ').sort()).to.deep.equal(['10000', '42', '999'])
  })

  it('a user the image does not know is told what to do', async () => {
    for (const user of ['1234', '1234:0', '1234:1234', 'nobody']) {
      const {code, stderr} = await once({args: ['--user', user]})
      expect(code, user).to.equal(77)
      const uid = user === 'nobody' ? '65534' : '1234'
      expect(stderr, user).to.match(
        new RegExp(`does not run as user ${uid}[^]*-e HERMES_UID=${uid} -e HERMES_GID=[1-9]\\d*[^]*--user 10000:10000`),
      )
    }
  })
})
