import {LAUNCHER, launchText, launcherArguments, utf16} from '@hermes-cli/backend-windows/dist/launcher.js'
import {decode, isDenied, refused, SCRIPTS} from '@hermes-cli/backend-windows/dist/powershell.js'
import {argument, asciiJson, checkLaunchable} from '@hermes-cli/backend-windows/dist/quote.js'

import {parse} from 'acorn'
import {expect} from 'chai'

import {commandLineToArgv} from '../../../stand-ins/windows/argv.js'

const WORDS = [
  '',
  'a',
  'a b',
  '"',
  '""',
  '\\',
  String.raw`\\`,
  String.raw`a\b`,
  'ends\\',
  String.raw`ends \\`,
  String.raw`a\"b`,
  String.raw`\\"`,
  String.raw`\\\" \ "`,
  'tab\there',
  "it's",
  '%TEMP%',
  '&|<>^!',
  'é ☃ 😀',
  ' x ',
]

describe('windows: quoting', () => {
  it('the rules it is judged by are those that Microsoft publishes', () => {
    // The examples of "Parsing C command-line arguments".
    const examples: Array<[string, string[]]> = [
      [String.raw`x "a b c" d e`, ['x', 'a b c', 'd', 'e']],
      [String.raw`x "ab\"c" "\\" d`, ['x', 'ab"c', '\\', 'd']],
      [String.raw`x a\\\b d"e f"g h`, ['x', String.raw`a\\\b`, 'de fg', 'h']],
      [String.raw`x a\\\"b c d`, ['x', String.raw`a\"b`, 'c', 'd']],
      [String.raw`x a\\\\"b c" d e`, ['x', String.raw`a\\b c`, 'd', 'e']],
      ['x a"b"" c d', ['x', 'ab" c d']],
    ]
    for (const [line, words] of examples) expect(commandLineToArgv(line), line).to.deep.equal(words)
  })

  it('a command line is taken apart into the words it was made of', () => {
    expect(commandLineToArgv(`x ${WORDS.map((word) => argument(word)).join(' ')}`)).to.deep.equal(['x', ...WORDS])
  })

  it('any three characters in a row survive', () => {
    const characters = ['"', '\\', ' ', 'a', '\t', '%']
    const pairs = characters.flatMap((a) => characters.map((b) => a + b))
    const words = pairs.flatMap((pair) => characters.map((c) => pair + c))
    expect(commandLineToArgv(`x ${words.map((word) => argument(word)).join(' ')}`)).to.deep.equal(['x', ...words])
  })

  it('JSON is ASCII and the same value', () => {
    const text = asciiJson(WORDS)
    expect(text).to.match(/^[ -~]*$/)
    expect(JSON.parse(text)).to.deep.equal(WORDS)
  })

  it('the launcher finds its path whatever is in it', () => {
    expect(commandLineToArgv(`wscript ${launcherArguments(String.raw`C:\Users\A b\launcher.js`)}`)).to.deep.equal([
      'wscript',
      '//B',
      '//Nologo',
      '//E:JScript',
      String.raw`C:\Users\A b\launcher.js`,
    ])
  })

  it('paths that Windows Script Host would change are refused', () => {
    checkLaunchable([String.raw`C:\Program Files\nodejs\node.exe`])
    for (const bad of [String.raw`C:\100%\node.exe`, String.raw`C:\a"b`, 'C:\\a\nb'])
      expect(() => checkLaunchable([String.raw`C:\x`, bad]), bad).to.throw(/cannot be in a command line/)
  })
})

describe('windows: the launcher', () => {
  it('is ES3, ASCII, and takes no data into its text', () => {
    expect(() => parse(LAUNCHER, {ecmaVersion: 3, sourceType: 'script'})).to.not.throw()
    expect(LAUNCHER).to.match(/^[\r\n -~]*$/)
    expect(LAUNCHER.match(/shell\.Run\(/g)).to.have.length(1)
  })

  it('its file is UTF-16 with its mark', () => {
    const data = utf16(launchText(String.raw`C:\n`, String.raw`C:\a`, String.raw`C:\Ünal`))
    expect([...data.subarray(0, 2)]).to.deep.equal([0xff, 0xfe])
    expect(data.toString('utf16le')).to.equal('\uFEFFC:\\n\r\nC:\\a\r\nC:\\Ünal\r\n')
  })
})

describe('windows: PowerShell', () => {
  it('scripts have nothing that a command line would take for itself', () => {
    for (const [name, text] of Object.entries(SCRIPTS)) expect(text, name).to.match(/^[^"\u007F-\uFFFF]*$/)
  })

  it('answers are base64 of UTF-8 of an object, or none', () => {
    const encoded = (text: string) => Buffer.from(text).toString('base64')
    expect(decode(`\r\n${encoded('{"a":"é"}')}\r\n`)).to.deep.equal({a: 'é'})
    for (const text of ['', 'Zugriff verweigert', encoded('[]'), encoded('null'), encoded('{')])
      expect(decode(text), text).to.equal(undefined)
  })

  it('a refusal is known by its number', () => {
    const denied = {error: 0x80_07_00_05, message: 'Zugriff verweigert'}
    expect(isDenied(denied)).to.equal(true)
    expect(refused('x', denied)).to.include({code: 'permission'})
    expect(refused('x', {error: 0x80_07_06_ba, message: 'y'})).to.include({
      code: 'unavailable',
      message: 'x: the Task Scheduler says 0x800706BA y',
    })
  })
})
