// Plays launchd for one test: `node launchd.mjs DIRECTORY`, with its options in DIRECTORY/options.json. Ends with its stdin.
import {execFileSync} from 'node:child_process'
import {closeSync, constants, existsSync, openSync, readFileSync, renameSync, writeFileSync, writeSync} from 'node:fs'
import {Socket} from 'node:net'
import {join} from 'node:path'

import {Machine} from './machine.mjs'
import {Refused} from './errors.mjs'
import {answer} from './verbs.mjs'

const directory = process.argv[2]
const machine = new Machine(directory)

function reply(id, {code = 0, err = '', out = ''}) {
  writeFileSync(join(directory, `out.${id}`), out)
  writeFileSync(join(directory, `err.${id}`), err)
  try {
    const fd = openSync(join(directory, `reply.${id}`), constants.O_WRONLY | constants.O_NONBLOCK)
    writeSync(fd, `${code}\n`)
    closeSync(fd)
  } catch {
    // Whoever asked has gone.
  }
}

function serve(id) {
  const words = readFileSync(join(directory, `request.${id}`), 'utf8')
    .split('\n')
    .slice(0, -1)
  machine.note(words)
  try {
    Promise.resolve(answer(machine, words)).then((said) => reply(id, said ?? {}))
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    reply(id, {code: error.code, err: `${error.message}\n`})
  }
}

function listen() {
  const path = join(directory, 'requests')
  if (!existsSync(path)) execFileSync('mkfifo', [`${path}.new`])
  const fd = openSync(existsSync(path) ? path : `${path}.new`, constants.O_RDWR | constants.O_NONBLOCK)
  let text = ''
  new Socket({fd, readable: true}).on('data', (data) => {
    const lines = (text + data).split('\n')
    text = lines.pop()
    for (const id of lines) serve(id)
  })
  if (!existsSync(path)) renameSync(`${path}.new`, path)
}

process.stdin.on('end', () => machine.powerOff()).resume()
process.on('SIGTERM', () => machine.powerOff())
machine.boot()
listen()
console.log('up')
