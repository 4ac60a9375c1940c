// Resident memory of an idle supervised gateway against a bare idle node, side by side. Exit 1 above the limit.
import {spawn} from 'node:child_process'
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {createServer} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as delay} from 'node:timers/promises'
import {fileURLToPath} from 'node:url'

const LIMIT = 1.25
const ROUNDS = 5
const entry = fileURLToPath(new URL('../bin/run.js', import.meta.url))
const plain = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('NODE_')))

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const {port} = server.address()
      server.close(() => resolve(port))
    })
  })

/** kB by key of smaps_rollup, after it had time to come to rest. */
async function measure(args, environment = {}) {
  const child = spawn(process.execPath, args, {env: {...plain, ...environment}, stdio: 'ignore'})
  const ended = new Promise((resolve) => {
    child.once('exit', resolve)
  })
  await delay(1500)
  const text = readFileSync(`/proc/${child.pid}/smaps_rollup`, 'utf8')
  child.kill('SIGTERM')
  await ended
  return Object.fromEntries(['Rss', 'Pss'].map((key) => [key, Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(text)[1])]))
}

async function home(config) {
  const directory = mkdtempSync(join(tmpdir(), 'hermes-memory-'))
  writeFileSync(join(directory, 'config.yaml'), `port: ${await freePort()}\n${config}`)
  return directory
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]

const homes = {
  'gateway, no program': await home(''),
  'gateway, program': await home("gateway:\n  command: [sleep, '1000']\n  ready: {after: 0}\n"),
}
const subjects = {'bare node': () => measure(['-e', 'setInterval(() => {}, 1e9)'])}
for (const [name, directory] of Object.entries(homes)) {
  subjects[name] = () => measure([entry, 'gateway', 'run'], {HERMES_HOME: directory, HERMES_SUPERVISED: '1'})
}

const seen = Object.fromEntries(Object.keys(subjects).map((name) => [name, []]))
// One round that is thrown away: it fills the configuration cache.
for (let round = 0; round <= ROUNDS; round++) {
  for (const [name, run] of Object.entries(subjects)) {
    const result = await run()
    if (round > 0) seen[name].push(result)
  }
}

for (const directory of Object.values(homes)) rmSync(directory, {force: true, recursive: true})
const of = (name, key) => median(seen[name].map((sample) => sample[key]))
let worst = 0
console.log(`${'median of ' + ROUNDS} `.padEnd(24) + 'RSS kB   ratio   PSS kB')
for (const name of Object.keys(subjects)) {
  const ratio = of(name, 'Rss') / of('bare node', 'Rss')
  worst = Math.max(worst, ratio)
  console.log(`${name.padEnd(24)}${of(name, 'Rss')}    ${ratio.toFixed(3)}   ${of(name, 'Pss')}`)
}

console.log(`limit ${LIMIT}: ${worst <= LIMIT ? 'kept' : 'EXCEEDED'}`)
process.exitCode = worst <= LIMIT ? 0 : 1
