import {expect} from 'chai'
import {createHash} from 'node:crypto'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {allocatePort, preferredPort, takenPorts} from '#hermes/profile/port.js'

import {cleanUpDirectories, temporaryDirectory} from '../../support/directories.js'
import {failure} from '../../support/homes.js'

const range = (from: number, to: number): Set<number> => new Set(Array.from({length: to - from + 1}, (_, i) => from + i))

describe('The port of a profile', () => {
  cleanUpDirectories()

  it('follows from the name: four bytes of its SHA-256, big-endian, modulo 600, above 9200', () => {
    for (const name of ['a', 'b', 'coder', 'assistant', 'very-long-profile-name-here', 'default']) {
      const hex = createHash('sha256').update(name).digest('hex').slice(0, 8)
      expect(preferredPort(name)).to.equal(9200 + (Number.parseInt(hex, 16) % 600))
      expect(preferredPort(name)).to.be.within(9200, 9799)
    }

    expect(preferredPort('coder')).to.equal(preferredPort('coder'))
  })

  it('spreads a hundred names over at least sixty ports', () => {
    expect(new Set(Array.from({length: 100}, (_, i) => preferredPort(`profile-${i}`))).size).to.be.at.least(60)
  })

  it('is the next free one, round the end of the range', () => {
    const port = preferredPort('coder')
    expect(allocatePort('coder', new Set())).to.equal(port)
    expect(allocatePort('coder', new Set([port]))).to.equal(port === 9799 ? 9200 : port + 1)
    expect(allocatePort('coder', range(port, 9799))).to.equal(9200)
  })

  it('goes on above the range when all 600 are taken, and says so when nothing is left', async () => {
    expect(allocatePort('coder', range(9200, 9799))).to.equal(9800)
    expect(allocatePort('coder', range(9200, 65_534))).to.equal(65_535)
    expect(await failure((async () => allocatePort('coder', range(9200, 65_535)))())).to.include({code: 'storage'})
  })

  it('counts as taken whatever a configuration says, also a broken one or none', async () => {
    const home = temporaryDirectory()
    writeFileSync(join(home, 'config.yaml'), '{port: 9300, gateway: {ready: {port: 3000}}\n"port" : 9301\n# port: 9302\nreport: 9303\n')
    const taken = await takenPorts([
      {directory: home, name: 'default'},
      {directory: join(home, 'nowhere'), name: 'coder'},
    ])
    expect([...taken]).to.include.members([9300, 9301, 3000, preferredPort('coder')])
    expect([...taken]).to.not.include(9303)
  })
})
