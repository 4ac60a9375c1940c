import {expect} from 'chai'
import {existsSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {writePlannedStop} from '#hermes/gateway/planned-stop.js'
import {identify} from '#hermes/host/process.js'

import {cleanUpDirectories} from '../../support/directories.js'
import {cleanUpGateways, makeHome, startGateway, type Home} from '../../support/gateway.js'
import {until} from '../../support/wait.js'

cleanUpGateways()
cleanUpDirectories()

const started = async (home: Home) => {
  const stop = join(home.home, 'stop')
  const gateway = startGateway(home, {environment: {HERMES_STOP_FILE: stop}})
  await gateway.ready()
  return {gateway, stop}
}

describe('a gateway that no signal can reach', () => {
  it('ends by the stop file as by SIGTERM: without a marker it is still wanted', async () => {
    const home = await makeHome()
    const {gateway, stop} = await started(home)
    writeFileSync(stop, '')
    expect(await gateway.exited).to.equal(1)
    expect(home.state()).to.include({exit_reason: 'SIGTERM without a planned stop', gateway_state: 'running'})
  })

  it('with the marker it is stopped', async () => {
    const home = await makeHome()
    const {gateway, stop} = await started(home)
    await writePlannedStop(home.directory, identify(gateway.pid)!)
    writeFileSync(stop, '')
    expect(await gateway.exited).to.equal(0)
    expect(home.state()).to.include({exit_reason: 'stopped on request', gateway_state: 'stopped'})
  })

  it('ends at once when the file was there before it', async () => {
    const home = await makeHome()
    const stop = join(home.home, 'stop')
    writeFileSync(stop, '')
    expect(await startGateway(home, {environment: {HERMES_STOP_FILE: stop}}).exited).to.equal(1)
  })

  it('keeps the variable from the program', async () => {
    const home = await makeHome()
    const seen = join(home.home, 'seen')
    const script = `require('fs').writeFileSync(${JSON.stringify(seen)}, Object.keys(process.env).join(' ')); setInterval(() => {}, 1000)`
    writeFileSync(
      home.file('config.yaml'),
      JSON.stringify({gateway: {command: [process.execPath, '-e', script], ready: {after: 0}}, port: home.port}),
    )
    const {gateway, stop} = await started(home)
    const names = await until('it was written', () => existsSync(seen) && readFileSync(seen, 'utf8').split(' '))
    expect(names).to.include('HERMES_PROFILE').and.not.include('HERMES_STOP_FILE')
    writeFileSync(stop, '')
    expect(await gateway.exited).to.equal(1)
  })

  it('does not watch what is no absolute path, and says so', async () => {
    const home = await makeHome()
    const gateway = startGateway(home, {environment: {HERMES_STOP_FILE: 'stop'}})
    await gateway.ready()
    await until('the warning', () => gateway.stderr().includes('HERMES_STOP_FILE="stop" is no absolute path'))
    gateway.signal('SIGINT')
    expect(await gateway.exited).to.equal(0)
  })
})
