import {connect} from '@hermes-cli/backend-s6/dist/manager.js'
import {scriptTools} from '@hermes-cli/backend-s6/dist/scandir.js'
import {renderSlot} from '@hermes-cli/backend-s6/dist/render.js'
import {update} from '@hermes-cli/backend-s6/dist/slot.js'
import {expect} from 'chai'
import {cpSync, existsSync, renameSync, rmSync} from 'node:fs'
import {join} from 'node:path'

import {failure} from '../../support/homes.js'
import {privateTree, processesIn, serviceSpec, type PrivateTree} from '../../support/s6.js'
import {until} from '../../support/wait.js'

describe('s6: a slot that somebody else removes meanwhile', () => {
  let tree: PrivateTree
  const slot = () => join(tree.scandir, 'gateway-a')

  beforeEach(async () => {
    tree = await privateTree()
    await connect(tree.host()).install(serviceSpec(tree, 'a'), {start: true})
  })

  afterEach(() => tree.dispose())

  it('is made whole by an install that was about to change it', async () => {
    const others = connect(tree.host())
    const spec = serviceSpec(tree, 'a', ['obedient'], {description: 'changed', stopSeconds: 7})
    let removed = false
    const host = tree.host()
    const manager = connect({
      ...host,
      // The first change to a file of the slot comes too late.
      async writeFileAtomic(path, text, mode) {
        if (!removed) {
          removed = true
          await others.uninstall('a')
        }

        return host.writeFileAtomic(path, text, mode)
      },
    })
    expect(await manager.install(spec, {start: false})).to.include({change: 'created'})
    expect((await others.status('a')).state).to.equal('stopped')
  })

  it('is never half made: s6-svscan would take that up', async () => {
    const host = tree.host()
    const spec = serviceSpec(tree, 'a')
    await connect(host).uninstall('a')
    const error = await failure(update(host, slot(), renderSlot(spec, scriptTools(host))))
    expect(error).to.include({code: 'ENOENT'})
    expect(existsSync(slot())).to.equal(false)
  })

  it('and makes anew is down after a stop that met the new one', async () => {
    const host = tree.host()
    let replaced = false
    const manager = connect({
      ...host,
      async exec(file, args, options) {
        if (file.endsWith('s6-svc') && args.includes('-D') && !replaced) {
          replaced = true
          const hidden = join(tree.scandir, `.gateway-a.gone.${process.pid}.0123abcd`)
          cpSync(slot(), join(tree.home, 'copy'), {filter: (path) => !/supervise|event/.test(path), recursive: true})
          renameSync(slot(), hidden)
          await host.exec('s6-svscanctl', ['-an', tree.scandir])
          await until('the old one has ended', () => processesIn(hidden).length === 0)
          rmSync(hidden, {recursive: true})
          renameSync(join(tree.home, 'copy'), slot())
        }

        return host.exec(file, args, options)
      },
    })
    await manager.stop('a')
    expect(replaced).to.equal(true)
    expect(existsSync(join(slot(), 'down'))).to.equal(true)
    expect(await manager.status('a')).not.to.include({state: 'running'})
  })
})
