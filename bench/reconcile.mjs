// `container:reconcile` of 1,000 profiles, all down. As in a container: an s6-svscan serves a scan directory on tmpfs.
// And as on a laptop: `hermes s6 boot` on whatever disk the temporary directory is on, beside the bare cost of creating
// that many files there.
import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as delay} from 'node:timers/promises'

import {cleanEnvironment, hermes, hermesJson, median} from './support.mjs'

const PROFILES = Number(process.env.PROFILES ?? 1000)
const ROUNDS = Number(process.env.ROUNDS ?? 3)
/** What we allow for 1,000 profiles to be supervised, in milliseconds. */
const LIMIT = 2500

const home = mkdtempSync(join(tmpdir(), 'hermes-bench-'))
const memory = existsSync('/dev/shm') ? mkdtempSync('/dev/shm/hermes-bench-') : undefined
for (let index = 0; index < PROFILES; index++) {
  const directory = join(home, 'profiles', `p${String(index).padStart(4, '0')}`)
  mkdirSync(directory, {recursive: true})
  writeFileSync(join(directory, 'SOUL.md'), '# bench\n')
  writeFileSync(join(directory, 'config.yaml'), `port: ${10_000 + index}\n`)
}

function clock(run) {
  const began = performance.now()
  run()
  return performance.now() - began
}

/** As many directories and files as 1,000 slots have, and nothing else. */
function bareFiles(root) {
  mkdirSync(root)
  for (let index = 0; index < PROFILES; index++) {
    for (const name of ['', 'log', 'data']) mkdirSync(join(root, String(index), name), {recursive: true})
    for (let file = 0; file < 8; file++) writeFileSync(join(root, String(index), String(file)), 'text\n')
  }
}

const row = (name, list) =>
  console.log(`  ${name.padEnd(52)} ${median(list).toFixed(0).padStart(7)} ms  ${(median(list) / LIMIT).toFixed(2)} of the limit`)

function check(env) {
  const {services} = hermesJson(env, 'backend:inspect')
  if (services.length !== PROFILES + 1) throw new Error(`${services.length} services instead of ${PROFILES + 1}`)
}

/** A tree like a container's: an s6-svscan of our own over an empty scan directory on tmpfs. */
async function inContainer(times, round) {
  const scandir = join(memory, `service-${round}`)
  mkdirSync(scandir)
  const env = cleanEnvironment({HERMES_HOME: home, HERMES_S6_SCANDIR: scandir})
  const svscan = spawn('s6-svscan', ['-c', String(PROFILES * 2 + 10), scandir], {stdio: 'ignore'})
  while (!existsSync(join(scandir, '.s6-svscan/control'))) await delay(5)
  times.dry.push(clock(() => hermes(env, 'container:reconcile', '--dry-run')))
  times.boot.push(clock(() => hermes(env, 'container:reconcile')))
  times.again.push(clock(() => hermes(env, 'container:reconcile')))
  check(env)
  await end(svscan)
}

/** Ends a tree and waits for all of it: a supervisor whose directory is deleted under it stays for ever. */
async function end(svscan) {
  const members = descendants(svscan.pid)
  const ended = once(svscan, 'exit')
  svscan.kill('SIGTERM')
  await ended
  while (members.some((pid) => existsSync(`/proc/${pid}`))) await delay(10)
}

function descendants(ancestor) {
  const parents = new Map()
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      parents.set(Number(pid), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]))
    } catch {
      // ended meanwhile
    }
  }

  const members = [ancestor]
  for (const member of members) for (const [pid, parent] of parents) if (parent === member) members.push(pid)
  return members.slice(1)
}

function onDisk(times, round) {
  const env = cleanEnvironment({HERMES_HOME: home})
  times.bare.push(clock(() => bareFiles(join(home, `bare-${round}`))))
  times.disk.push(clock(() => hermes(env, 's6', 'boot')))
  check(env)
  hermes(env, 's6', 'shutdown')
}

try {
  const times = {again: [], bare: [], boot: [], disk: [], dry: []}
  for (let round = 0; round < ROUNDS; round++) {
    if (memory) await inContainer(times, round)
    onDisk(times, round)
  }

  console.log(`\nreconcile of ${PROFILES} profiles (${ROUNDS} rounds, median; limit ${LIMIT} ms)`)
  if (memory) {
    row('dry run', times.dry)
    row('in a container: published on tmpfs and supervised', times.boot)
    row('again over the live tree, nothing changes', times.again)
  }

  row('s6 boot on disk: tree up, published, supervised', times.disk)
  row('  of which bare: creating as many files on that disk', times.bare)
} finally {
  hermes(cleanEnvironment({HERMES_HOME: home}), 's6', 'shutdown')
  rmSync(home, {force: true, recursive: true})
  if (memory) rmSync(memory, {force: true, recursive: true})
}
