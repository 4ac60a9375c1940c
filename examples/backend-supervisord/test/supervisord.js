// A supervisord of its own for each test, without privileges.
import {realHost} from '@hermes-cli/service-manager/conformance'
import {spawn} from 'node:child_process'
import {mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as delay} from 'node:timers/promises'

async function until(what, answer) {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; await delay(10)) if (answer()) return
  throw new Error(`${what}: not so within 20 s`)
}

const statusOf = (pid) => readFileSync(`/proc/${pid}/status`, 'utf8')

function kill(pid, signal) {
  try {
    process.kill(pid, signal)
  } catch {
    // It was faster.
  }
}

/** A process and all that come from it. Zombies are none. */
function family(pid) {
  try {
    if (/^State:\s+Z/m.test(statusOf(pid))) return []
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean)
    return [pid, ...children.flatMap((child) => family(Number(child)))]
  } catch {
    return []
  }
}

const isAlive = (pid) => family(pid).length > 0

function isStopped(pid) {
  return !isAlive(pid) || /^State:\s+[Tt]/m.test(statusOf(pid))
}

export async function createSupervisord(home) {
  const directory = mkdtempSync(join(tmpdir(), 'supervisord-kit-'))
  for (const name of ['conf.d', 'logs']) mkdirSync(join(directory, name))
  const conf = join(directory, 'supervisord.conf')
  writeFileSync(
    conf,
    `[unix_http_server]
file=%(here)s/socket ; a comment
[supervisord]
logfile=%(here)s/logs/supervisord.log
pidfile=%(here)s/pid
childlogdir=%(here)s/logs
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://%(here)s/socket
[include]
files = %(here)s/conf.d/*.conf
`,
  )
  const environment = {HERMES_SUPERVISORD_CONF: conf, PATH: process.env.PATH}
  let supervisord
  async function start() {
    rmSync(join(directory, 'pid'), {force: true})
    supervisord = spawn('supervisord', ['-n', '-c', conf], {cwd: directory, env: {PATH: process.env.PATH}, stdio: 'ignore'})
    await until('supervisord is there', () => statSync(join(directory, 'pid'), {throwIfNoEntry: false})?.size > 0)
  }

  async function killAll() {
    // Stopped first, so that it starts nothing anew meanwhile.
    let members = []
    await until('all of it is stopped', () => {
      const before = members.length
      members = family(supervisord.pid)
      for (const pid of members) kill(pid, 'SIGSTOP')
      return members.length === before && members.every((pid) => isStopped(pid))
    })
    for (const pid of members) kill(pid, 'SIGKILL')
    await until('all of it is gone', () => !members.some((pid) => isAlive(pid)))
  }

  await start()
  return {
    directory,
    environment,
    killAll,
    start,
    host: realHost({environment, home}),
    async dispose() {
      await killAll()
      rmSync(directory, {force: true, maxRetries: 5, recursive: true})
    },
    // As when the power fails: nobody is asked, and then supervisord is there again.
    async reboot() {
      await killAll()
      await start()
    },
  }
}
