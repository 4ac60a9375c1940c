import {expect} from 'chai'
import {readlinkSync} from 'node:fs'
import {join} from 'node:path'

import {bootedHome} from '../support/booted-home.js'
import {cleanUpDirectories} from '../support/directories.js'
import {freePort} from '../support/gateway.js'
import {nodeBinaries, strictHermes} from '../support/nodes.js'
import {sharedPrefix} from '../support/packed.js'
import {until} from '../support/wait.js'

cleanUpDirectories()

const executable = (pid: number): string => readlinkSync(`/proc/${pid}/exe`)

describe('the packed hermes', function () {
  this.timeout(180_000)
  let prefix: string

  before(async () => {
    prefix = await sharedPrefix()
  })

  for (const node of nodeBinaries()) {
    describe(`on Node ${node.version}`, () => {
      const here = bootedHome((home) => strictHermes(home, node, join(prefix, 'bin/hermes')))

      it('runs there', async () => {
        expect((await here.hermes('--version')).stdout).to.contain(`node-${node.version}`)
        expect((await here.hermes('--help')).stdout).to.contain('gateway')
      })

      it('starts, brings back and stops a gateway on the Node that it was called with', async () => {
        await here.ok('profile:create', 'coder', '--port', String(await freePort()))
        const {status} = await here.ok('gateway:start', '-p', 'coder')
        expect(executable(status.pid)).to.equal(node.path)

        process.kill(status.pid, 'SIGKILL')
        const next = await until('another one runs', async () => {
          const now = await here.ok('gateway:status', '-p', 'coder')
          return now.ready && now.pid !== status.pid && now
        })
        expect(executable(next.pid)).to.equal(node.path)

        const {stdout} = await here.hermes('gateway:logs', '-p', 'coder')
        expect(stdout)
          .to.contain(`pid ${next.pid}`)
          .and.not.match(/warning|deprecat/i)
        expect((await here.ok('gateway:stop', '-p', 'coder')).status.state).to.equal('stopped')
        expect((await here.ok('doctor')).findings).to.deep.equal([])
      })

      it('gives the lock of a profile to one process', async () => {
        await here.ok('profile:create', 'coder', '--port', String(await freePort()))
        await here.ok('gateway:start', '-p', 'coder')
        const second = await here.hermes('gateway:run', '-p', 'coder', '--no-supervise')
        expect(second.stderr).to.contain('Code: already-running')
        expect(second.code).to.equal(1)
      })
    })
  }
})
