import windows from '@hermes-cli/backend-windows'
import {checked} from '@hermes-cli/service-manager'
import {expect} from 'chai'

import {findLauncher} from '#hermes/cli/launcher.js'
import {restart, start, type Control} from '#hermes/gateway/control.js'
import {gatewaySpec} from '#hermes/gateway/spec.js'
import {stop} from '#hermes/gateway/stop.js'

import {cleanUpDirectories, root} from '../support/directories.js'
import {makeHome, type Home} from '../support/gateway.js'
import {windowsMachine, type WindowsMachine} from '../stand-ins/windows/machine.js'

cleanUpDirectories()

describe('a real gateway under the Task Scheduler', () => {
  let machine: WindowsMachine
  let home: Home
  let control: Control

  beforeEach(async () => {
    machine = await windowsMachine()
    home = await makeHome()
    const launcher = findLauncher(root, true)
    control = {
      async checkConfig() {},
      home: home.home,
      manager: checked(windows.connect(machine.host(home.home))),
      specFor: async (profile) => gatewaySpec({home: home.home, launcher, profile}),
    }
  })

  afterEach(() => machine.dispose())

  it('is stopped on request without a signal, restarted, and stays wanted through a restart', async () => {
    const started = await start(control, 'coder')
    expect(started.status).to.include({registered: true, state: 'running'})
    expect(home.state()).to.include({gateway_state: 'running', pid: started.status.pid})
    const restarted = await restart(control, 'coder')
    expect(restarted.action).to.equal('restarted')
    expect(restarted.status.pid).to.not.equal(started.status.pid)
    const stopped = await stop(control, 'coder')
    expect(stopped.action).to.equal('stopped')
    expect(home.state()).to.include({exit_code: 0, exit_reason: 'stopped on request', gateway_state: 'stopped'})
    expect(machine.processes()).to.deep.equal([])
  })

  it('that cannot run as configured fails once, and its log says why', async () => {
    const {writeFileSync} = await import('node:fs')
    writeFileSync(home.file('config.yaml'), JSON.stringify({gateway: {command: ['/nonexistent']}, port: home.port}))
    const error = await start(control, 'coder').then(
      () => undefined,
      (error_: Error) => error_,
    )
    expect(error?.message).to.match(/78|nonexistent/)
    const lines: string[] = []
    for await (const line of control.manager.logs!('coder', {follow: false, lines: 20})) lines.push(line)
    expect(lines.join('\n')).to.match(/nonexistent/)
    expect((await control.manager.status('coder')).state).to.equal('failed')
  })
})
