import assert from 'node:assert/strict'
import {mkdirSync, symlinkSync} from 'node:fs'
import {join, sep} from 'node:path'

import {isServiceManagerError} from '../errors.js'
import type {Kit} from './kit.js'
import {PROBE} from './stage.js'

/** Each means something to a shell, a unit file, a plist, execline or a printf. */
const WORDS = [
  '',
  ' ',
  ' two  words ',
  "it's",
  '"',
  '\\',
  'ends\\',
  '\\n\\x41\\',
  // eslint-disable-next-line no-template-curly-in-string -- to a shell it is an expansion
  '$HOME ${HOME} $(id) $$',
  '`id`',
  '%n %i %% %s',
  '*',
  '~',
  '#not a comment',
  '; exit 1 & true | cat > x < y',
  '-n',
  '--',
  'a=b',
  '{a,b}',
  '<&amp;]]>',
  'tab\there',
  'é ☃ 😀 \u202E',
  '!! !1',
  'x'.repeat(4000),
]
// Windows has no quotes in names.
const NAME = sep === '\\' ? "a b %n $HOME 'q' é" : `a b %n $HOME 'q' "d" é`
const variables = Object.fromEntries(WORDS.map((word, index) => [`PROBE_${index}`, word]))

export function hostileInput({check}: Kit): void {
  check('arguments arrive as they are', async (stage) => {
    const {process: seen} = await stage.running('a', WORDS)
    assert.deepEqual(seen.argv.slice(1), WORDS)
  })

  check('values of the environment arrive as they are', async (stage) => {
    const {process: seen} = await stage.running('a', [], {environment: variables})
    assert.deepEqual(seen.environment, variables)
  })

  for (const [where, change] of Object.entries({
    'a value of the environment': {words: [], environment: {PROBE_LINES: ' one\ntwo\n\n'}},
    'an argument': {words: [' one\ntwo\n\n'], environment: {}},
  })) {
    check(`a line break in ${where} arrives, or is refused as an invalid spec`, async (stage) => {
      try {
        const {process: seen} = await stage.running('a', change.words, {environment: change.environment})
        assert.deepEqual(seen.environment, change.environment)
        assert.deepEqual(seen.argv.slice(1), change.words)
      } catch (error) {
        if (!isServiceManagerError(error) || error.code !== 'invalid-spec') throw error
        assert.deepEqual(await stage.manager.list(), [])
      }
    })
  }

  check('the description is only a text', async (stage) => {
    await stage.running('a', [], {description: `${NAME} \\ %% $(id) [Section] # \\`})
  })

  check(
    'a home and a working directory with a hostile name work',
    async (stage) => {
      const workingDirectory = join(stage.host.home, NAME)
      mkdirSync(workingDirectory)
      const service = await stage.running('a', [], {environment: {PROBE_HOME: stage.host.home}, workingDirectory})
      assert.equal(service.process.cwd, workingDirectory)
      assert.deepEqual(service.process.environment, {PROBE_HOME: stage.host.home})
      assert.deepEqual(await stage.manager.list(), ['a'])
      await stage.manager.restart('a')
      await stage.seenUp(service)
      await stage.manager.uninstall('a')
      await stage.seenDown(service, 'absent')
    },
    {homeName: `${NAME} home`},
  )

  check('a program with a hostile path is run', async (stage) => {
    const directory = join(stage.host.home, NAME)
    mkdirSync(directory)
    const program = join(directory, stage.host.platform === 'win32' ? 'node it.exe' : '-node;it')
    symlinkSync(process.execPath, program)
    const service = stage.service('a')
    const spec = {...service.spec, command: [program, PROBE, service.report.path] as const}
    await stage.manager.install(spec, {start: true})
    await stage.seenUp(service)
  })

  check('ids that mean something elsewhere are ids like any other', async (stage) => {
    const ids = ['0', '0-0', 'a-', 'a_', 'con', 'default', 'log', 'nul', 's6-svscan', 'service', 'x'.repeat(64)]
    for (const id of ids) await stage.manager.install(stage.service(id).spec, {start: id === 'log'})
    assert.deepEqual(await stage.manager.list(), ids)
    for (const id of ids) await stage.manager.uninstall(id)
    assert.deepEqual(await stage.manager.list(), [])
  })

  check('the longest id works, or is refused as an invalid name and leaves nothing', async (stage) => {
    const service = stage.service('y'.repeat(251))
    try {
      await stage.manager.install(service.spec, {start: true})
      await stage.seenUp(service)
    } catch (error) {
      if (!isServiceManagerError(error) || error.code !== 'invalid-name') throw error
      assert.deepEqual(await stage.manager.list(), [])
      assert.deepEqual(service.report.starts(), [])
    }
  })
}
