import {expect} from 'chai'

import {containers} from '../support/containers.js'
import {dockerOk, IMAGE} from '../support/docker.js'

describe('the image', function () {
  this.timeout(120_000)
  const {once, run} = containers()
  let config: any

  before(async () => {
    config = JSON.parse(await dockerOk(['image', 'inspect', IMAGE]))[0].Config
  })

  it('starts with its own /init, keeps the home in a volume, and is stopped with SIGTERM', () => {
    expect(config.Entrypoint).to.deep.equal(['/init'])
    expect(config.Cmd ?? []).to.deep.equal([])
    expect(Object.keys(config.Volumes)).to.deep.equal(['/opt/data'])
    expect(config.StopSignal).to.equal('SIGTERM')
    // Root starts it, and gives that up for everything a gateway does.
    expect(config.User).to.be.oneOf(['', 'root', '0'])
  })

  it('asks hermes for its health', () => {
    expect(config.Healthcheck.Test.join(' ')).to.match(/^CMD(?:-SHELL)? .*hermes/)
  })

  it('has an environment of a few known names, and no secret among them', () => {
    const names = config.Env.map((line: string) => line.split('=')[0])
    expect(names).to.include.members(['HERMES_HOME', 'PATH'])
    expect(config.Env).to.include('HERMES_HOME=/opt/data')
    expect(names.filter((name: string) => !/^(?:PATH|HERMES_\w+|S6_\w+|LANG|LC_ALL)$/.test(name))).to.deep.equal([])
    expect(names.filter((name: string) => /TOKEN|SECRET|PASSWORD|CREDENTIAL|_KEY$/.test(name))).to.deep.equal([])
  })

  it('publishes no port: gateways serve the loopback alone', () => {
    expect(config.ExposedPorts ?? {}).to.deep.equal({})
  })

  it('runs hermes with the words after its name', async () => {
    const {code, stderr, stdout} = await once({command: ['--version']})
    expect(stdout, stderr).to.match(/^hermes-cli\/\d+\.\d+\.\d+ linux-\S+ node-v\d+/)
    expect(code).to.equal(0)
  })

  it('boots, and says so in the boot log', async () => {
    const container = await run()
    const {stdout} = await container.exec(['cat', '/opt/data/logs/container-boot.log'])
    expect(stdout).to.match(/ profile=default /)
    expect((await container.inspect()).State.Running).to.equal(true)
  })
})
