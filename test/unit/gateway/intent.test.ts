import {expect} from 'chai'
import {lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {readIntent, writeIntent} from '#hermes/gateway/intent.js'

import {cleanUpDirectories, temporaryDirectory} from '../../support/directories.js'
import {failure} from '../../support/homes.js'

describe('The intent of an operator', () => {
  cleanUpDirectories()
  let directory: string
  let path: string

  beforeEach(() => {
    directory = temporaryDirectory()
    path = join(directory, 'gateway_intent.json')
  })

  it('is what was written last, with who and when, for the owner only', async () => {
    await writeIntent(directory, 'running', 'start')
    await writeIntent(directory, 'stopped', 'stop', new Date(0))
    expect(await readIntent(directory)).to.deep.equal({value: 'stopped'})
    expect(JSON.parse(readFileSync(path, 'utf8'))).to.deep.equal({
      by: 'stop',
      desired_state: 'stopped',
      updated_at: '1970-01-01T00:00:00.000Z',
    })
    expect(lstatSync(path).mode & 0o777).to.equal(0o600)
  })

  it('falls back to what the Python project kept in the state, only when there is no file', async () => {
    expect(await readIntent(directory)).to.deep.equal({value: undefined})
    expect(await readIntent(directory, 'running')).to.deep.equal({value: 'running'})
    for (const legacy of ['RUNNING', 1, null, {}, ['running']])
      expect(await readIntent(directory, legacy)).to.deep.equal({value: undefined})
    await writeIntent(directory, 'stopped', 'stop')
    expect(await readIntent(directory, 'running')).to.deep.equal({value: 'stopped'})
  })

  it('is none, with a warning, when the file is anything else', async () => {
    const put = (content: Buffer | string) => () => writeFileSync(path, content)
    const hostile = [
      put(''),
      put('{"desired_state": "runn'),
      put('["running"]'),
      put('"running"'),
      put('null'),
      put('{"desired_state": ["running"]}'),
      put('{"desired_state": "up"}'),
      put('{"__proto__": {"desired_state": "running"}}'),
      put(Buffer.from([0x7b, 0xff, 0x7d])),
      put(`{"desired_state": "running", "x": "${'x'.repeat(1_048_576)}"}`),
      put(`${'['.repeat(100_000)}`),
      () => mkdirSync(path),
      () => symlinkSync('/etc/hostname', path),
    ]
    for (const [index, make] of hostile.entries()) {
      make()
      const {value, warning} = await readIntent(directory, 'running')
      expect(value, String(index)).to.equal(undefined)
      expect(warning, String(index)).to.match(/taken as no intent$/)
      rmSync(path, {recursive: true})
    }
  })

  it('replaces a symlink instead of writing through it, and says what refused it', async () => {
    const target = join(directory, 'target')
    writeFileSync(target, 'precious')
    symlinkSync(target, path)
    await writeIntent(directory, 'running', 'start')
    expect(readFileSync(target, 'utf8')).to.equal('precious')
    const error = await failure(writeIntent(join(directory, 'missing'), 'running', 'start'))
    expect(error).to.include({code: 'storage'})
    expect(error.message).to.match(/gateway_intent\.json cannot be written: no such file or directory/)
  })
})
