import {expect} from 'chai'

import type {Container} from '../support/container.js'

import {containers} from '../support/containers.js'
import {putFiles} from '../support/put-files.js'

const PROGRAM = `
process.stdout.write('x'.repeat(300000) + ' end of the long line\\n')
process.stdout.write(Buffer.from([0, 1, 2, 27, 128, 255, 254, 10]))
console.log('after the bytes')
for (let i = 1; i <= 10000; i++) console.log('burst ' + i)
console.log('all written')
process.stdout.write('', () => {
  console.error('on the standard error')
  process.stdout.write('no newline at the end')
})
setInterval(() => {}, 1e6)
`

describe('the output of gateways in a container', function () {
  this.timeout(120_000)
  const {create} = containers()
  let container: Container

  before(async () => {
    container = await create()
    await putFiles(container, '/opt/tools', {'writes.mjs': PROGRAM})
    await container.start()
    await container.hermes('profile', 'create', 'writer', '--command', 'exec node /opt/tools/writes.mjs')
    const {code, stderr} = await container.hermes('gateway', 'start', '-p', 'writer')
    expect(code, stderr).to.equal(0)
  })

  it('is in docker logs, with the profile in front of each line, whatever is written', async () => {
    const log = await container.waitFor('all is there', async () => {
      const text = await container.logs()
      return text.includes('writer: on the standard error') && text
    })
    const lines = log.split('\n')
    expect(lines).to.include('writer: after the bytes').and.include('writer: on the standard error')
    const burst = lines.filter((line) => line.startsWith('writer: burst ')).map((line) => Number(line.slice(14)))
    expect(burst).to.deep.equal(Array.from({length: 10_000}, (_, index) => index + 1))
    // No line of it without its name, the pieces of a long one included.
    expect(lines.filter((line) => /^(?:x|burst|after|on the)/.test(line)).map((line) => line.slice(0, 60))).to.deep.equal([])
    expect(log).to.include(' end of the long line')
  })

  it('is in the files of the volume, and hermes shows it', async () => {
    const {stdout} = await container.sh('cat /opt/data/logs/gateways/writer/*.s /opt/data/logs/gateways/writer/current 2>/dev/null', {
      user: 'hermes',
    })
    expect(stdout.match(/^\d{4}-\d\d-\d\d \S+ {2}burst \d+$/gm)).to.have.lengthOf(10_000)
    const shown = await container.hermes('gateway', 'logs', 'writer', '-n', '5')
    expect(shown.code, shown.stderr).to.equal(0)
    const lines = shown.stdout.trimEnd().split('\n')
    expect(lines).to.have.lengthOf(5)
    expect(
      lines.some((line) => /burst (?:9999|10000)$|all written$|standard error$|is running/.test(line)),
      shown.stdout,
    ).to.equal(true)
  })

  it('does not keep the gateway from being stopped', async () => {
    const {code, stderr} = await container.hermes('gateway', 'stop', '-p', 'writer')
    expect(code, stderr).to.equal(0)
    await container.waitFor('the rest is written', async () => (await container.logs()).includes('writer: no newline at the end'))
  })
})
