import {expect} from 'chai'
import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import type {Container} from '../support/container.js'
import {containers} from '../support/containers.js'
import {cleanUpDirectories, temporaryDirectory} from '../support/directories.js'
import {dockerOk} from '../support/docker.js'
import {lastBoot, settled, slots, type Slots} from '../support/slots.js'
import {BAD, BY_ROOT, HANGS, HOSTILE, HOSTILE_ARE, NONE} from '../support/surprising-home.js'

describe('a boot of a home that is full of surprises', function () {
  this.timeout(120_000)
  const {run, volume} = containers()
  cleanUpDirectories()
  let container: Container
  let boot: Record<string, string>
  let found: Slots
  let logs: string

  /** Those that can be are ready: killed earlier, one that nobody asked for would rightly stay down. */
  const up = async (): Promise<Slots | false> => {
    const all = await slots(container)
    const ready = ['by-root', 'from-outside'].every((name) => all[name]?.ready)
    return ready && all.hangs!.up && (await state('hangs')) === 'starting' && all
  }

  const state = async (name: string): Promise<string> =>
    (await container.exec(['cat', `/opt/data/profiles/${name}/gateway_state.json`])).json().gateway_state

  before(async () => {
    container = await run({command: ['sleep', 'infinity'], volume: await volume()})
    for (const script of [HOSTILE, NONE, HANGS]) {
      const {code, stderr} = await container.sh(`set -e; mkdir -p -m 700 /opt/data/profiles\n${script}`, {user: 'hermes'})
      expect(code, stderr).to.equal(0)
    }

    expect((await container.sh(BY_ROOT, {user: 'root'})).code).to.equal(0)
    const outside = join(temporaryDirectory(), 'from-outside')
    mkdirSync(outside)
    writeFileSync(join(outside, 'SOUL.md'), 'soul')
    writeFileSync(join(outside, 'gateway_state.json'), '{"gateway_state": "running"}')
    await dockerOk(['cp', outside, `${container.name}:/opt/data/profiles/`])
    await container.restart()
    boot = await lastBoot(container)
    found = await container.waitFor('its gateways are up', up)
    logs = await container.logs()
  })

  it('waits for nothing, follows nothing and falls over nothing in the place of a file', () => {
    for (const name of HOSTILE_ARE) expect(boot[name], name).to.equal('prior_state=none intent=none action=registered')
    for (const name of ['state-fifo', 'state-directory', 'state-link', 'intent-fifo'])
      expect(logs, name).to.match(new RegExp(`Warning: .*/profiles/${name}/gateway_(?:state|intent)\\.json .*taken as no`))
  })

  it('removes what an earlier life left, and nothing that it points to', async () => {
    const left = await container.sh(
      'cd /opt/data; ls -d gateway.pid processes.json profiles/stale*/* 2>/dev/null; cat profiles/stale-link/canary',
    )
    expect(left.stdout.trim().split('\n')).to.deep.equal([
      'profiles/stale-directory/SOUL.md',
      'profiles/stale-directory/gateway.pid',
      'profiles/stale-directory/processes.json',
      'profiles/stale-link/SOUL.md',
      'profiles/stale-link/canary',
      'profiles/stale/SOUL.md',
      'kept',
    ])
    expect(logs).to.match(/Warning: .*stale-directory\/gateway\.pid could not be removed/)
  })

  it('takes profiles from root and from outside, and makes them those of hermes', async () => {
    expect(boot['by-root']).to.equal('prior_state=none intent=running action=started')
    expect(boot['from-outside']).to.equal('prior_state=running intent=none action=started')
    const foreign = await container.sh('find /opt/data ! -user hermes')
    expect(foreign.stdout).to.equal('')
  })

  it('gives no slot to a directory that is no profile', () => {
    expect(Object.keys(found).sort()).to.deep.equal(['by-root', 'default', 'from-outside', 'hangs', ...HOSTILE_ARE].sort())
    expect(boot).not.to.have.any.keys('no-soul', '.hidden', 'default/', 'file.md', 'forged')
  })

  it('names what has a name that no profile can have, in one line each', () => {
    for (const name of BAD) expect(boot[name], name).to.match(/^prior_state=none intent=none action=skipped reason="[^"]+"$/)
    const long = Object.keys(boot).filter((name) => name.includes('xxx'))
    expect(long).to.have.length(1)
    expect(Object.keys(boot)).to.have.length(HOSTILE_ARE.length + BAD.length + 1 + 4)
    expect(logs)
      .to.match(/^Error: Upper: .*\(invalid-profile\)$/m)
      .and.not.match(/^line profile=forged/m)
    expect(logs).to.match(/Warning: profiles\/default\/ is skipped/)
  })

  it('is not told that it failed: the container and its gateways are up', async () => {
    const {code, stdout} = await container.hermes('gateway', 'status', '-p', 'by-root', '--json')
    expect(code, stdout).to.equal(0)
    expect((await container.inspect()).State.Running).to.equal(true)
  })

  it('gives up a gateway that was still starting at three boots in a row, until its operator starts it', async () => {
    for (const boots of [1, 2]) {
      await container.waitFor('it is starting', up)
      await container.kill()
      await container.start()
      const {hangs} = await lastBoot(container)
      expect(hangs, `boot ${boots}`).to.equal('prior_state=starting intent=running action=started')
    }

    await container.waitFor('it is starting', up)
    await container.kill()
    await container.start()
    const {hangs} = await lastBoot(container)
    expect(hangs).to.equal(
      'prior_state=starting intent=running action=registered reason="not started: it was still starting at 3 boots in a row"',
    )
    expect((await slots(container)).hangs).to.include({down: true})

    const mended = await container.sh('rm /opt/data/profiles/hangs/config.yaml && hermes gateway start hangs', {user: 'hermes'})
    expect(mended.code, mended.stderr).to.equal(0)
    await container.restart()
    await settled(container, {down: ['default', ...HOSTILE_ARE], up: ['by-root', 'from-outside', 'hangs']})
  })
})
