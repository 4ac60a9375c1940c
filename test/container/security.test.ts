import {expect} from 'chai'

import type {Container} from '../support/container.js'

import {PLACES, PLANTS, planting, swapping} from '../support/attacks.js'
import {fingerprint, makeCanaries, ownedByRoot} from '../support/canaries.js'
import {containers} from '../support/containers.js'
import {dockerOk} from '../support/docker.js'

/** Runs as the service user once the container has booted, whatever became of the gateways. */
const BOOTED = ['sh', '-c', 'echo BOOTED; exec sleep infinity']

const boots = async (container: Container): Promise<number> => (await container.logs()).split('BOOTED\n').length - 1
const nextBoot = (container: Container, before: number): Promise<true> =>
  container.waitFor('the end of the boot', async () => (await boots(container)) > before && true)

async function bootAgain(container: Container): Promise<void> {
  const before = await boots(container)
  await dockerOk(['restart', '--time', '5', container.name])
  await nextBoot(container, before)
}

describe('root in the container, and what the service user plants', function () {
  this.timeout(180_000)
  const {run, volume} = containers()

  /** Booted, with canaries in it, and its gateway meant to run. */
  async function prey(options: {args?: string[]; volume?: string} = {}): Promise<Container> {
    const canary = await volume()
    const args = [...(options.args ?? []), '--volume', `${canary}:/canary`]
    const container = await run({args, command: BOOTED, volume: options.volume ?? (await volume()), waitForBoot: false})
    await nextBoot(container, 0)
    await makeCanaries(container)
    await container.sh('mkdir -p /opt/data/roots.d && echo roots >/opt/data/roots && echo roots >/opt/data/roots.d/file', {user: '0'})
    return container
  }

  async function plantedInAll(kind: string): Promise<void> {
    const container = await prey()
    await container.hermes('profile', 'create', 'coder', '--command', 'sleep 1000')
    await container.hermes('gateway', 'start')
    const before = await fingerprint(container)
    for (const places of Object.values(PLACES)) {
      const planted = await container.sh(planting(kind, places), {user: '10000'})
      expect(planted.code, planted.stderr).to.equal(0)
      await bootAgain(container)
      expect(await fingerprint(container), kind).to.deep.equal(before)
      expect(await ownedByRoot(container), kind).to.deep.equal([])
      // The next place is reached again.
      await container.sh(`rm -rf ${places.filter((place) => place.startsWith('/opt/data')).join(' ')}`, {user: '10000'})
    }
  }

  it('links, hard links and FIFOs in every place before a boot: nothing of root is changed or made, and the boot ends', async () => {
    await Promise.all(Object.keys(PLANTS).map((kind) => plantedInAll(kind)))
  })

  it('directories swapped with links while a foreign volume is given to the service user, and while it boots', async () => {
    const [home, slots, temporary] = [await volume(), await volume(), await volume()]
    const shared = ['--volume', `${slots}:/run/service`, '--volume', `${temporary}:/tmp`]
    const container = await prey({args: shared, volume: home})
    const canary = (await container.inspect()).Mounts.find(({Destination}: any) => Destination === '/canary').Name
    const attack = [...shared, '--volume', `${canary}:/canary`, '--user', '10000:10000', '--entrypoint', 'node']
    const before = await fingerprint(container)
    const dirs = 'for n in $(seq 150); do mkdir -p $n/below; : >$n/file; : >$n/below/status; done'
    for (let round = 0; round < 2; round++) {
      // Another user's: root is to give it all away again, in a boot during which the owner-to-be is busy.
      const foreign = `mkdir -p /opt/data/profiles/coder && cd /opt/data/profiles/coder && ${dirs}; chown -Rh 4242:4242 /opt/data/profiles /opt/data/logs; chown 4242 /opt/data`
      await container.sh(foreign, {user: '0'})
      const attacker = await run({args: attack, command: ['-e', swapping(6)], volume: home, waitForBoot: false})
      await attacker.waitFor('the attack', async () => (await attacker.logs()).includes('attacking'))
      await bootAgain(container)
      await attacker.waitExit()
      expect(Number(/swaps (\d+)/.exec(await attacker.logs())?.[1])).to.be.greaterThan(100)
      expect(await fingerprint(container)).to.deep.equal(before)
      expect(await ownedByRoot(container)).to.deep.equal([])
    }

    // Nobody meddles now: what is left foreign is mended.
    await bootAgain(container)
    const {stdout} = await container.sh('find /opt/data/profiles /opt/data/logs ! -uid 10000 | head', {user: '0'})
    expect(stdout).to.equal('')
  })
})
