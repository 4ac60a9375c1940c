import {expect} from 'chai'
import {existsSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {labHome, scope} from '../support/systemd.js'
import {until} from '../support/wait.js'

describe(`how a gateway ends on systemd (${scope})`, () => {
  const lab = labHome()
  const {hermes, ok, show} = lab
  const file = (name: string) => join(lab.directory('coder'), name)
  const status = async () => (await hermes('gateway:status', 'coder', '--json')).json()
  const settled = (state: string, milliseconds?: number) =>
    until(
      `it is ${state}`,
      async () => {
        const now = await status()
        return now.state === state && now
      },
      milliseconds,
    )
  const port = () => Number(/port"?: ?(\d+)/.exec(readFileSync(file('config.yaml'), 'utf8'))![1])
  /** Counts its lives, and does `then` once the test says so. */
  const program = (then: string) => {
    const script = `echo x >>lives; while [ ! -e go ]; do sleep 0.05; done; ${then}`
    writeFileSync(file('config.yaml'), JSON.stringify({gateway: {command: ['/bin/sh', '-c', script], ready: {after: 0.1}}, port: port()}))
  }

  const lives = () => (existsSync(file('lives')) ? readFileSync(file('lives'), 'utf8').trim().split('\n').length : 0)
  const go = () => writeFileSync(file('go'), '')

  it('0: it stays down, and is no failure', async () => {
    program('exit 0')
    await ok('gateway:start', 'coder')
    go()
    await settled('stopped')
    expect((await hermes('gateway:status', 'coder')).code).to.equal(3)
    expect(await show('coder', 'ActiveState', 'Result', 'NRestarts')).to.deep.equal({
      ActiveState: 'inactive',
      NRestarts: '0',
      Result: 'success',
    })
  })

  it('75: it is back, and ready', async () => {
    program('rm go; exit 75')
    await ok('gateway:start', 'coder')
    const {pid} = await status()
    go()
    await until('the second life', () => lives() === 2)
    expect((await settled('running')).pid).not.to.equal(pid)
  })

  it('78: it has failed, stays down, says why, and starts once it is mended', async () => {
    program('exit 78')
    await ok('gateway:start', 'coder')
    go()
    const failed = await settled('failed')
    expect(failed.reason).to.match(/program exited with 78: it cannot run as configured/)
    expect(await show('coder', 'ActiveState', 'NRestarts', 'ExecMainStatus')).to.deep.equal({
      ActiveState: 'failed',
      ExecMainStatus: '78',
      NRestarts: '0',
    })
    expect(lives()).to.equal(1)
    rmSync(file('go'))
    await ok('gateway:start', 'coder')
    await settled('running')
  })

  it('78 before it is ready: the verb says so, with its reason and the lines', async () => {
    writeFileSync(file('config.yaml'), JSON.stringify({gateway: {command: ['/nonexistent']}, port: port()}))
    const failed = await hermes('gateway:start', 'coder', '--json')
    expect([failed.code, failed.json().error.code]).to.deep.equal([78, 'config-invalid'])
    expect((await status()).state).to.equal('failed')
  })

  it('a crash loop ends as failed, and a person may start it at once', async () => {
    program('exit 3')
    await ok('gateway:start', 'coder')
    go()
    const failed = await settled('failed', 60_000)
    expect(failed.reason).to.match(/program exited with 3.*started 5 times within 60 seconds/)
    expect((await hermes('gateway:status', 'coder')).code).to.equal(3)
    expect(lives()).to.be.lessThan(7)
    program('rm go; sleep 1000')
    await ok('gateway:start', 'coder')
    expect(await status()).to.include({ready: true, state: 'running'})
  }).timeout(120_000)

  it('six restarts in a row are no loop', async () => {
    await ok('gateway:start', 'coder')
    for (let times = 0; times < 6; times++)
      expect((await ok('gateway:restart', 'coder', '--json')).json()).to.include({action: 'restarted'})
    expect(await status()).to.include({failures: 0, state: 'running'})
  })
})
