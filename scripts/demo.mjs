// `npm run demo`: three profiles on a private s6 tree, a power cut, and what comes back. Ends by itself, leaves nothing.
import {spawnSync} from 'node:child_process'
import {once} from 'node:events'
import {mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs'
import {createServer} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {root, setUp} from './setup.mjs'

const missing = setUp(['s6-svscan'])
if (missing.length > 0) process.exit(69)

const home = mkdtempSync(join(tmpdir(), 'hermes-demo-'))
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(?:HERMES_|S6_|NODE_EXTRA)/.test(name)))
environment.HERMES_HOME = home

/** Runs hermes as a user would type it, shows both, and returns what came of it. */
function hermes(...args) {
  console.log(`\n$ hermes ${args.map((word) => (/\s/.test(word) ? `'${word}'` : word)).join(' ')}`)
  const result = spawnSync(process.execPath, [join(root, 'bin/run.js'), ...args], {encoding: 'utf8', env: environment})
  process.stdout.write(result.stdout + result.stderr)
  if (result.status !== 0) console.log(`(exit code ${result.status})`)
  return {code: result.status, output: result.stdout + result.stderr}
}

const status = (profile) =>
  JSON.parse(
    spawnSync(process.execPath, [join(root, 'bin/run.js'), 'gateway:status', '-p', profile, '--json'], {encoding: 'utf8', env: environment})
      .stdout,
  )

let wrong = 0
function check(what, isSo) {
  console.log(`  ${isSo ? 'ok   ' : 'WRONG'} ${what}`)
  if (!isSo) wrong++
}

/** Parent of every process there is. */
function parents() {
  const found = new Map()
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      found.set(Number(pid), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]))
    } catch {
      // ended meanwhile
    }
  }

  return found
}

/** A process and all that descend from it. */
function family(ancestor) {
  const all = parents()
  const members = [ancestor]
  for (const member of members) for (const [pid, parent] of all) if (parent === member) members.push(pid)
  return members
}

/** The s6-svscan of this home, known by its argument; only ever one of our own making. */
function svscan() {
  const scandir = join(home, 'run/service')
  return [...parents().keys()].find((pid) => {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
      return words[0].endsWith('s6-svscan') && words.includes(scandir)
    } catch {
      return false
    }
  })
}

const alive = (pid) => parents().has(pid) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))

function powerCut() {
  const victims = family(svscan())
  console.log(`\n# Power cut: SIGKILL for the whole tree, ${victims.length} processes, and its run-time directory is gone.`)
  for (const pid of victims) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // died with its parent
    }
  }

  rmSync(join(home, 'run/service'), {force: true, recursive: true})
  while (victims.some((pid) => alive(pid))) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)
}

function play(port) {
  console.log(`# A home of its own: ${home}`)
  const agent = `exec '${process.execPath}' '${join(root, 'examples/gateways/agent.mjs')}'`
  hermes('profile', 'create', 'coder', '--port', String(port), '--command', agent)
  hermes('profile', 'create', 'writer')
  hermes('profile', 'create', 'broken', '--command', '/no/such/program')

  check('a private supervision tree boots', hermes('s6', 'boot').code === 0)
  check('coder starts', hermes('gateway:start', '-p', 'coder').code === 0)
  check('writer starts', hermes('-p', 'writer', 'gateway', 'start').code === 0)
  check('writer stops', hermes('gateway', 'stop', 'writer').code === 0)
  check('broken is refused as a matter of configuration (78)', hermes('gateway:start', '-p', 'broken').code === 78)
  const before = status('coder')
  check(`coder runs as pid ${before.pid}`, before.state === 'running' && before.pid > 0)

  powerCut()
  check('nothing runs', !alive(before.pid) && status('coder').pid === null)

  check('it boots again', hermes('s6', 'boot').code === 0)
  check('the fleet can be listed', hermes('gateway:list').code === 0)
  console.log(`\n$ tail -n 4 ${join(home, 'logs/container-boot.log')}`)
  const log = readFileSync(join(home, 'logs/container-boot.log'), 'utf8').trimEnd().split('\n').slice(-4)
  console.log(log.join('\n'))
  verify(before, log)
}

/** The second boot starts gateways without waiting for them: `gateway:start` waits, and changes nothing that is so already. */
function verify(before, log) {
  hermes('gateway:start', '-p', 'coder')
  hermes('gateway:status', '-p', 'broken')
  const [coder, writer, broken] = ['coder', 'writer', 'broken'].map((name) => status(name))
  const logged = (profile) => log.find((line) => line.includes(` profile=${profile} `)) ?? ''
  check(`coder is up with a new pid (${coder.pid})`, coder.state === 'running' && coder.ready === true && coder.pid !== before.pid)
  check('writer is down, as its operator left it', writer.pid === null && writer.intent === 'stopped')
  check('broken is down and says why', broken.state === 'failed' && /not found/.test(broken.reason ?? ''))
  check(
    'the boot log tells each of them',
    /action=started/.test(logged('coder')) &&
      /action=registered/.test(logged('writer')) &&
      /prior_state=startup_failed .*action=registered/.test(logged('broken')),
  )
}

/** Of one name the port is the same in every home, and yours may have a coder that runs. */
async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const {port} = server.address()
  server.close()
  await once(server, 'close')
  return port
}

let members = []
try {
  play(await freePort())
  members = family(svscan())
} catch (error) {
  wrong++
  console.error(error)
} finally {
  check('it shuts down', hermes('s6', 'shutdown').code === 0)
  check('and leaves nothing running', members.length > 0 && svscan() === undefined && members.every((pid) => !alive(pid)))
  rmSync(home, {force: true, recursive: true})
}

console.log(wrong === 0 ? '\nThe demo went as it should.' : `\n${wrong} things were not as they should be.`)
process.exitCode = wrong === 0 ? 0 : 1
