// A runsvdir of its own for each test, without privileges.
import {realHost} from '@hermes-cli/service-manager/conformance'
import {spawn} from 'node:child_process'
import {mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as delay} from 'node:timers/promises'

/** Looks until there is an answer; false after so many milliseconds. */
async function until(answer, milliseconds = 10_000) {
  for (const deadline = Date.now() + milliseconds; Date.now() < deadline; await delay(10)) if (answer()) return true
  return false
}

const kill = (pid, signal) => {
  try {
    process.kill(pid, signal)
  } catch {
    // It was faster.
  }
}

/** Whose current directory lies in this one: runsv, svlogd and the programs. Zombies have none. */
const processesIn = (directory) =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return `${readlinkSync(`/proc/${pid}/cwd`)}/`.startsWith(`${directory}/`)
      } catch {
        return false
      }
    })

/** `tick`: false lets runsvdir take its five seconds, as on a real machine. */
export async function createRunsvdir(home, {tick = true} = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'runit-kit-'))
  const svdir = join(directory, 'service')
  mkdirSync(svdir)
  // runsvdir looks for new directories every five seconds, and a second after one of its children has ended. This one
  // always does, so that a test need not wait for the five: its supervise cannot be made.
  if (tick) {
    mkdirSync(join(svdir, 'tick'))
    writeFileSync(join(svdir, 'tick/supervise'), '')
  }

  const environment = {PATH: process.env.PATH, SVDIR: svdir}
  let runsvdir
  async function start() {
    runsvdir = spawn('runsvdir', [svdir], {cwd: directory, env: {PATH: process.env.PATH}, stdio: 'ignore'})
    await until(() => readFileSync(`/proc/${runsvdir.pid}/cmdline`, 'utf8').startsWith('runsvdir'))
  }

  const members = () => [...processesIn(directory), ...processesIn(home)]
  async function killAll() {
    const ended = new Promise((resolve) => {
      runsvdir.once('exit', resolve)
      if (runsvdir.exitCode !== null || runsvdir.signalCode !== null) resolve()
    })
    // Again until nobody is left: one that was just being started was not among them.
    const gone = await until(() => {
      const left = members()
      for (const pid of left) kill(pid, 'SIGKILL')
      return left.length === 0
    })
    if (!gone) throw new Error(`still there: ${members().join(', ')}`)
    await ended
  }

  await start()
  return {
    host: realHost({environment, home}),
    async dispose() {
      // The programs end with their home, whatever they make of SIGTERM; nobody starts them again.
      await killAll()
      rmSync(directory, {force: true, maxRetries: 5, recursive: true})
    },
    // As when the power fails: nobody is asked, and then runsvdir is there again.
    async reboot() {
      await killAll()
      await start()
    },
  }
}
