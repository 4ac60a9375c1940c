import {expect} from 'chai'

import type {Container} from '../support/container.js'

import {containers} from '../support/containers.js'
import {dockerOk} from '../support/docker.js'
import {putFiles} from '../support/put-files.js'

const QUICK_CHECK = ['--health-interval', '1s', '--health-start-period', '0s', '--health-retries', '2', '--health-timeout', '20s']

describe('the services of the image', function () {
  this.timeout(180_000)
  const {create, once, run, volume} = containers()

  const becomes = (container: Container, wanted: string): Promise<any> =>
    container.waitFor(
      `it is ${wanted}`,
      async () => {
        const {Health} = (await container.inspect()).State
        return Health.Status === wanted && Health
      },
      60_000,
    )

  it('is healthy on a blank volume and with gateways, and not while one that is meant to run is kept down', async () => {
    const container = await run({args: QUICK_CHECK, healthcheck: true})
    await becomes(container, 'healthy')
    expect((await container.hermes('gateway', 'start')).code).to.equal(0)
    await container.sh('/command/s6-svc -wD -d /run/service/gateway-default', {user: 'hermes'})
    const {Log} = await becomes(container, 'unhealthy')
    expect(Log.at(-1).Output).to.include('default')
    await container.hermes('gateway', 'start')
    await becomes(container, 'healthy')
  })

  it('has the tools of s6 in /command, and says that s6 is its init', async () => {
    const container = await run()
    const tools = ['s6-svc', 's6-svstat', 's6-svscanctl', 's6-svwait', 's6-log', 's6-setuidgid', 's6-envdir', 'execlineb', 'with-contenv']
    const {code, stderr} = await container.sh(
      `for tool in ${tools.join(' ')}; do test -x /command/$tool || exit 1; done; test -d /run/s6/basedir`,
    )
    expect(code, stderr).to.equal(0)
    expect((await container.sh('cat /proc/1/comm')).stdout).to.equal('s6-svscan\n')
    const backend = await container.hermes('backend', '--json')
    expect(backend.json().selected?.kind ?? backend.stdout).to.include('s6')
  })

  it('runs the scripts of cont-init.d in the order of their names, with the container’s environment at hand', async () => {
    const odd = {EMPTY: '', EQUALS: '=a=b=', LINES: 'one\ntwo\n', SPACES: '  a  b ', UTF: 'é ☃ 𝒳'}
    const container = await create({env: odd})
    const names = Object.keys(odd)
    const show = `for name in ${names.join(' ')}; do eval "printf '%s=<%s>' \\"\\$name\\" \\"\\$$name\\""; done`
    await putFiles(container, '/etc/cont-init.d', {
      '00-first': `#!/bin/sh\nprintf 00, >>/order\nexec env -i /command/with-contenv sh -c '${show.replaceAll("'", String.raw`'\''`)}' >/values\n`,
      '015-between': `#!/command/with-contenv sh\nprintf "015,$UTF," >>/order\ntest -e /run/service/.s6-svscan && printf late, >>/order || :\n`,
      '99-last': '#!/bin/sh\nprintf 99 >>/order\ntest -e /run/service/.s6-svscan\n',
    })
    await putFiles(container, '/etc/cont-init.d', {'50-not-executable': 'printf 50, >>/order\n'}, 0o644)
    await container.start()
    await container.waitFor('the last has run', async () => (await container.sh('grep 99 /order')).code === 0)
    expect((await container.sh('cat /order')).stdout).to.equal('00,015,é ☃ 𝒳,50,99')
    expect((await container.sh('cat /values')).stdout).to.equal(names.map((name) => `${name}=<${odd[name as 'UTF']}>`).join(''))
    // For whoever comes later too, and for the gateways' user.
    for (const user of ['root', 'hermes']) {
      const {stdout} = await container.exec(['env', '-i', '/command/with-contenv', 'printenv', 'LINES'], {user})
      expect(stdout, user).to.equal('one\ntwo\n\n')
    }
  })

  it('ends the container when one of them fails, with its code and its name', async () => {
    const container = await create({waitForBoot: false})
    await putFiles(container, '/etc/cont-init.d', {'50-broken': '#!/bin/sh\nexit 41\n', '60-never': '#!/bin/sh\necho never\n'})
    await dockerOk(['start', container.name])
    expect(await container.waitExit(20)).to.equal(41)
    expect(await container.logs())
      .to.match(/50-broken failed with 41/)
      .and.not.include('never')
  })

  it('works with another HERMES_HOME, and an odd name of the machine', async () => {
    const home = await volume()
    const container = await run({args: ['--volume', `${home}:/srv/a b`, '--hostname', 'a-b.c_D'], env: {HERMES_HOME: '/srv/a b'}})
    const started = await container.hermes('gateway', 'start')
    expect(started.code, started.stderr).to.equal(0)
    expect((await container.sh('ls -A /opt/data')).stdout).to.equal('')
    await container.restart()
    await container.waitFor('it is back', async () => (await container.hermes('gateway', 'status')).code === 0)
    expect((await container.sh("cat '/srv/a b/logs/gateways/default/current'")).stdout).to.include('is running')
  })

  it('boots and stops with fifty profiles', async () => {
    const home = await volume()
    const making = `cd /opt/data && mkdir profiles && for i in $(seq 49); do
      mkdir profiles/p$i && cd profiles/p$i && : >SOUL.md && echo "{port: $((9900 + i)), gateway: {command: exec sleep 1000}}" >config.yaml
      echo '{"desired_state": "running"}' >gateway_intent.json; cd ../..; done`
    const made = await once({command: ['sh', '-c', making], volume: home})
    expect(made.code, made.stderr).to.equal(0)
    const container = await run({env: {HERMES_GATEWAY_BOOTSTRAP_STATE: 'running'}, volume: home})
    // Asked of docker logs: to ask each would keep two cores from starting them.
    const ready = async (): Promise<boolean> => ((await container.logs()).match(/ is running \(pid/g)?.length ?? 0) === 50
    await container.waitFor('all run', ready, 120_000)
    const {gateways} = (await container.hermes('gateway', 'list', '--json')).json()
    expect(gateways.filter((one: any) => one.state === 'running' && one.ready)).to.have.lengthOf(50)
    const began = performance.now()
    await container.stop({seconds: 60})
    expect(performance.now() - began).to.be.below(30_000)
    expect((await container.inspect()).State.ExitCode).to.equal(0)
  })
})
