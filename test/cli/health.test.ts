import {expect} from 'chai'
import {execa} from 'execa'
import {existsSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {bootedHome} from '../support/booted-home.js'
import {hermesIn, NO_SUPERVISOR} from '../support/cli.js'
import {cleanUpDirectories, temporaryDirectory} from '../support/directories.js'
import {freePort} from '../support/gateway.js'
import {seedProfile} from '../support/homes.js'

cleanUpDirectories()

describe('container:health', () => {
  it('is unhealthy, and makes nothing, where nobody supervises and there is no home yet', async () => {
    const home = join(temporaryDirectory(), 'not-yet')
    const {code, stdout} = await hermesIn(home, NO_SUPERVISOR)('container', 'health')
    expect(code, stdout).to.equal(1)
    expect(stdout).to.match(/^unhealthy: no supervision tree is usable for this home: s6: .*$/)
    expect(existsSync(home)).to.equal(false)
  })

  it('is unhealthy where profiles/ cannot be read', async () => {
    const home = temporaryDirectory()
    await execa('ln', ['-s', 'profiles', join(home, 'profiles')])
    const {code, stdout} = await hermesIn(home, NO_SUPERVISOR)('container:health', '--json')
    expect(code, stdout).to.equal(1)
    expect(JSON.parse(stdout)).to.include({healthy: false})
  })

  describe('with a tree', () => {
    const here = bootedHome()
    /** Another checkout may be tested beside this one. */
    beforeEach(async () => writeFileSync(join(here.home, 'config.yaml'), `port: ${await freePort()}\n`))

    const health = async (): Promise<{code: number; lines: string[]}> => {
      const {code, stdout} = await here.hermes('container', 'health')
      return {code, lines: stdout.split('\n')}
    }

    it('is healthy while nothing is meant to run, and while everything that is runs', async () => {
      expect(await health()).to.deep.equal({code: 0, lines: ['healthy: no gateway is meant to run under s6 (private tree)']})
      await here.ok('gateway:start', 'default')
      expect(await health()).to.deep.equal({code: 0, lines: ['healthy: of 1 meant to run under s6 (private tree): 1 up']})
      seedProfile(here.home, 'Michel', {intent: 'running'})
      const {code, lines} = await health()
      expect(code).to.equal(0)
      expect(lines[1]).to.match(/^profiles\/Michel: no profile: /)
    })

    it('is unhealthy, and says why, when another manager is asked for than the one there is', async () => {
      const {code, stdout} = await hermesIn(here.home, {HERMES_BACKEND: 'none-such'})('container:health')
      expect(code).to.equal(1)
      expect(stdout).to.match(/^unhealthy: no supervision tree .*HERMES_BACKEND asks for "none-such"/)
    })

    it('is unhealthy when one that is meant to run is down or has no slot', async () => {
      await here.ok('gateway:start', 'default')
      seedProfile(here.home, 'unregistered', {intent: 'running'})
      const slot = join(here.home, 'run/service/gateway-default')
      await execa('s6-svc', ['-d', '-wD', '-T', '20000', slot])
      const {code, lines} = await health()
      expect([code, ...lines]).to.deep.equal([
        1,
        'unhealthy: of 2 meant to run under s6 (private tree): 2 down',
        'default: down (stopped): SIGTERM without a planned stop',
        'unregistered: down (not registered)',
      ])
    })

    it('names what failed for good, and is unhealthy when nothing else is left', async () => {
      await here.ok('profile:create', 'broken', '--command', '/no/such/program')
      expect((await here.hermes('gateway:start', 'broken')).code).to.equal(78)
      const alone = (await here.hermes('container:health', '--json')).json()
      expect(alone).to.include({healthy: false, supervision: 'here'})
      expect(alone.gateways[0]).to.include({health: 'failed', profile: 'broken', state: 'failed'})
      await here.ok('gateway:start', 'default')
      const {code, lines} = await health()
      expect(code).to.equal(0)
      expect(lines[0]).to.equal('healthy: of 2 meant to run under s6 (private tree): 1 up, 1 failed')
      expect(lines[1]).to.match(/^broken: failed for good: ./)
    })
  })
})
