import {readSmall, smallFile} from '@hermes-cli/service-manager'
import {realHost} from '@hermes-cli/service-manager/conformance'
import {createHost} from '#hermes/host/host.js'

import {expect} from 'chai'
import {execFileSync} from 'node:child_process'
import {chmodSync, mkdirSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {cleanUpDirectories, temporaryDirectory} from '../../support/directories.js'

cleanUpDirectories()

const LIMIT = 1_048_576

describe('a small file', () => {
  let directory: string
  const at = (name: string) => join(directory, name)

  beforeEach(() => {
    directory = temporaryDirectory()
    writeFileSync(at('file'), 'text ☃')
    symlinkSync(at('file'), at('link'))
    symlinkSync(at('nowhere'), at('dangling'))
    symlinkSync(at('circle'), at('circle'))
    execFileSync('mkfifo', [at('fifo')])
    mkdirSync(at('directory'))
    writeFileSync(at('largest'), 'x'.repeat(LIMIT))
    writeFileSync(at('larger'), 'x'.repeat(LIMIT + 1))
  })

  it('has its text and permissions', () => {
    chmodSync(at('file'), 0o4711)
    expect(smallFile(at('file'))).to.deep.equal({mode: 0o4711, text: 'text ☃'})
    writeFileSync(at('wide'), 'text ☃', 'utf16le')
    expect(readSmall(at('wide'), {encoding: 'utf16le'})).to.equal('text ☃')
    expect(readSmall(at('largest'))).to.have.length(LIMIT)
    expect([readSmall(at('file'), {limit: 8}), readSmall(at('file'), {limit: 7})]).to.deep.equal(['text ☃', undefined])
    // Of no size, and not empty.
    if (process.platform === 'linux')
      expect([readSmall('/proc/self/status')?.slice(0, 5), readSmall('/proc/self/status', {limit: 10})]).to.deep.equal(['Name:', undefined])
  })

  it('is none when it is missing, too large, a directory, or what waits', () => {
    for (const name of ['missing', 'larger', 'directory', 'fifo', 'dangling', 'circle', 'file/below', 'a\0b']) {
      expect(readSmall(at(name)), name).to.be.undefined
      expect(readSmall(at(name), {follow: true}), name).to.be.undefined
    }
  })

  it('is read through a link only where that was said', () => {
    expect(readSmall(at('link'))).to.be.undefined
    expect(readSmall(at('link'), {follow: true})).to.equal('text ☃')
  })

  it('is what hosts read, links followed', () => {
    for (const host of [createHost({environment: {}, home: '/home/ada/.hermes'}), realHost({environment: {}, home: '/home/ada/.hermes'})]) {
      expect(['file', 'link', 'fifo', 'larger', 'missing'].map((name) => host.readText(at(name)))).to.deep.equal([
        'text ☃',
        'text ☃',
        undefined,
        undefined,
        undefined,
      ])
    }
  })
})
