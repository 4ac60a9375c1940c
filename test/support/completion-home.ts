import {mkdirSync, symlinkSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'

import {root} from './directories.js'

/** Each would do harm, or break a line, if a shell ever read it as more than a name. */
export const HOSTILE_NAMES = [
  '$(touch PWNED)',
  '`touch PWNED`',
  'a b',
  '; touch PWNED',
  'x\ntouch PWNED',
  '-rf',
  'UPPER',
  'ünï',
  "it's",
  '*',
  'a:b',
  '"',
]

export function put(path: string, text: string): void {
  mkdirSync(dirname(path), {recursive: true})
  writeFileSync(path, text)
}

export function addProfile(home: string, name: string): void {
  put(join(home, 'profiles', name, 'SOUL.md'), '# test\n')
}

const COMMANDS = {
  'weather:show': {
    args: {place: {name: 'place', options: ['paris', 'oslo', '$(touch PWNED)']}},
    completes: {who: 'profile'},
    flags: {
      kind: {name: 'kind', options: ['rain', 'sun', '`touch PWNED`'], type: 'option'},
      who: {description: 'For $(touch PWNED) `touch PWNED`\nwhom', name: 'who', type: 'option'},
    },
    id: 'weather:show',
    summary: 'Show $(touch PWNED) `touch PWNED` %n "the" weather',
  },
  '$(touch PWNED)': {args: {}, flags: {}, id: '$(touch PWNED)', summary: 'bad'},
  'bad\nid': {args: 7, flags: [], id: 4},
  'weather:broken': {args: [null], flags: {a: null, 'b c': {type: 'option'}}, id: 'weather:broken'},
}

/** A user plugin as `plugins install` leaves it: with a command, and a backend called "runit". */
export function addPlugin(dataDirectory: string, name = 'hermes-weather'): string {
  const at = join(dataDirectory, 'node_modules', name)
  put(
    join(dataDirectory, 'package.json'),
    JSON.stringify({oclif: {plugins: [{name, tag: 'latest', type: 'user'}, 7, null, {type: 'link'}], schema: 1}}),
  )
  const backends = [{contract: 1, kind: 'runit', module: './index.js', platforms: ['linux']}, {kind: '$(touch PWNED)'}, null]
  put(
    join(at, 'package.json'),
    JSON.stringify({hermes: {backends}, name, oclif: {topics: {weather: {description: 'What it is like outside'}}}}),
  )
  put(join(at, 'oclif.manifest.json'), JSON.stringify({commands: COMMANDS, version: '1.0.0'}))
  return at
}

/** A directory for PATH with `hermes` in it, as npm installs it. */
export function hermesOnPath(directory: string): string {
  mkdirSync(directory, {recursive: true})
  symlinkSync(join(root, 'bin/run.js'), join(directory, 'hermes'))
  return directory
}
