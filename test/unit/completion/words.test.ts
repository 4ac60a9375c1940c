import {expect} from 'chai'

import {POSIX, POWERSHELL, readTyped, standing} from '#hermes/completion/words.js'

const BREAKS = ' \t\n"\'@><=;|&(:'

describe('a line that is being typed', () => {
  const cases: Array<[string, string[], string]> = [
    ['hermes ', ['hermes'], ''],
    ['hermes ga', ['hermes'], 'ga'],
    ['hermes  -p  coder  ', ['hermes', '-p', 'coder'], ''],
    ['hermes -p "a b" x', ['hermes', '-p', 'a b'], 'x'],
    ['hermes -p "a b', ['hermes', '-p'], 'a b'],
    [String.raw`hermes 'it'\''s' y`, ['hermes', "it's"], 'y'],
    [String.raw`hermes a\ b`, ['hermes'], 'a b'],
    [String.raw`hermes "a\"b\c"`, ['hermes'], String.raw`a"b\c`],
    ['hermes "" x', ['hermes', ''], 'x'],
    ['hermes $(touch x) `id`', ['hermes', '$(touch', 'x)'], '`id`'],
    ['hermes a\\\nb', ['hermes'], 'ab'],
    ['hermes a\\', ['hermes'], 'a\\'],
    ['hermes a\nb', ['hermes', 'a'], 'b'],
    ['', [], ''],
  ]
  for (const [line, words, current] of cases)
    it(`is read as POSIX shells do: ${JSON.stringify(line)}`, () => {
      expect(readTyped(line, POSIX)).to.deep.include({current, words})
    })

  it('is read as PowerShell does', () => {
    expect(readTyped("hermes 'it''s' x", POWERSHELL)).to.deep.include({current: 'x', words: ['hermes', "it's"]})
    expect(readTyped('hermes a` b "c`"d', POWERSHELL)).to.deep.include({current: 'c"d', words: ['hermes', 'a b']})
    expect(readTyped(String.raw`hermes C:\dir\ x`, POWERSHELL)).to.deep.include({current: 'x', words: ['hermes', 'C:\\dir\\']})
  })

  it('keeps what bash leaves standing', () => {
    const stands = (line: string, breaks = BREAKS): string => standing(readTyped(line, POSIX), breaks)
    expect(stands('hermes gateway:st')).to.equal('gateway:')
    expect(stands('hermes gateway:')).to.equal('gateway:')
    expect(stands('hermes gateway:st', ' =')).to.equal('')
    expect(stands('hermes --profile=co')).to.equal('--profile=')
    expect(stands('hermes "gateway:st')).to.equal('')
    expect(stands('hermes st')).to.equal('')
    expect(stands('hermes ')).to.equal('')
  })
})
