import {connect} from '@hermes-cli/backend-s6/dist/manager.js'
import type {ServiceManager} from '@hermes-cli/service-manager'

import {expect} from 'chai'
import {existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {privateTree, reportFile, serviceSpec, type PrivateTree} from '../../support/s6.js'
import {until} from '../../support/wait.js'

const collect = async (lines: AsyncIterable<string>): Promise<string[]> => {
  const all: string[] = []
  for await (const line of lines) all.push(line)
  return all
}

describe('s6: logs', () => {
  let tree: PrivateTree
  let manager: ServiceManager
  const directory = () => join(tree.home, 'logs/gateways/a')
  const current = () => readFileSync(join(directory(), 'current'), 'utf8')
  const read = (lines: number) => collect(manager.logs!('a', {follow: false, lines}))

  beforeEach(async () => {
    tree = await privateTree()
    manager = connect(tree.host())
  })

  afterEach(() => tree.dispose())

  const install = async (lines: number) => {
    await manager.install(serviceSpec(tree, 'a', ['chatty', String(lines)]), {start: true})
    await until('all lines are there', () => current().includes(`line ${lines}\n`))
  }

  it('are kept with the time in front, for nobody else to read', async () => {
    await install(3)
    expect(current().split('\n')[0]).to.match(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ +line 1$/)
    expect(statSync(directory()).mode & 0o077).to.equal(0)
  })

  it('show the last lines', async () => {
    await install(30)
    expect((await read(2)).map((line) => line.replace(/^\S+ \S+ +/, ''))).to.deep.equal(['line 29', 'line 30'])
    expect(await read(1000)).to.have.length(30)
    expect(await read(0)).to.deep.equal([])
  })

  it('reach back into rotated files', async () => {
    await install(3)
    await manager.stop('a')
    writeFileSync(join(directory(), '@400000006000000000000000.s'), 'old 1\nold 2\n')
    writeFileSync(join(directory(), '@400000006100000000000000.s'), 'new 1\nnew 2\n')
    const lines = await read(6)
    expect(lines.slice(0, 3)).to.deep.equal(['old 2', 'new 1', 'new 2'])
    expect(lines[3]).to.contain('line 1')
  })

  it('are followed, across a rotation, until the reader has enough', async () => {
    await install(5)
    const abort = new AbortController()
    const seen: string[] = []
    const done = (async () => {
      for await (const line of manager.logs!('a', {follow: true, lines: 2, signal: abort.signal})) seen.push(line)
    })()
    await until('the last two', () => seen.length === 2)
    const {exec} = tree.host()
    await exec('s6-svc', ['-a', join(tree.scandir, 'gateway-a', 'log')])
    await until('it was rotated', () => readdirSync(directory()).some((name) => name.startsWith('@')))
    writeFileSync(`${reportFile(tree, 'a')}.more`, '')
    await until('one more', () => seen.length === 3)
    expect(seen.map((line) => line.replace(/^\S+ \S+ +/, ''))).to.deep.equal(['line 4', 'line 5', 'one more'])
    abort.abort()
    await done
  })

  it('are empty before there are any and not registered for the unknown', async () => {
    await manager.install(serviceSpec(tree, 'b'), {start: false})
    expect(await collect(manager.logs!('b', {follow: false, lines: 5}))).to.deep.equal([])
    const error = await collect(manager.logs!('ghost', {follow: false, lines: 5})).catch((error_: {code: string}) => error_)
    expect(error).to.include({code: 'not-registered'})
  })

  it('that cannot be written neither stop the service nor spin', async () => {
    writeFileSync(join(tree.home, 'logs'), 'in the way')
    await manager.install(serviceSpec(tree, 'a', ['chatty', '20000']), {start: true})
    expect(await manager.status('a')).to.include({state: 'running'})
    const {exec} = tree.host()
    const svdt = async () => (await exec('s6-svdt', [join(tree.scandir, 'gateway-a', 'log')])).stdout
    expect(await svdt()).to.equal('')
    // Mended, the next attempt writes there.
    rmSync(join(tree.home, 'logs'))
    await exec('s6-svc', ['-t', join(tree.scandir, 'gateway-a', 'log')])
    writeFileSync(`${reportFile(tree, 'a')}.more`, '')
    await until('it is written', () => existsSync(join(directory(), 'current')) && current().includes('one more'))
  })

  it('go where a changed definition says, without a restart of the service', async () => {
    await install(3)
    const before = await manager.status('a')
    const moved = serviceSpec(tree, 'a', ['chatty', '3'], {logDirectory: 'logs/elsewhere'})
    expect(await manager.install(moved, {start: true})).to.deep.equal({change: 'updated', restartDue: false})
    writeFileSync(`${reportFile(tree, 'a')}.more`, '')
    await until('the line is there', async () => (await read(5)).some((line) => line.endsWith('one more')))
    expect(await manager.status('a')).to.include({pid: (before as {pid: number}).pid})
  })
})
