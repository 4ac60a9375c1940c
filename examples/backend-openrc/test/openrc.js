// The OpenRC that has booted this machine, as root: these tests are for a machine that nobody needs.
import {realHost} from '@hermes-cli/service-manager/conformance'
import {execFileSync} from 'node:child_process'
import {readdirSync, readFileSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import {setTimeout as delay} from 'node:timers/promises'

import backend from '../dist/index.js'

const statOf = (pid) => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return ['Z']
  }
}

const isAlive = (pid) => !['X', 'Z'].includes(statOf(pid)[0])

/** Ourselves, whoever started us, and process 1. */
function spared() {
  const pids = new Set([1])
  for (let {pid} = process; pid > 1; pid = Number(statOf(pid)[1])) pids.add(pid)
  return pids
}

/** Every process of every service, at once. Those of the kernel have no command line. */
async function killAll() {
  const mine = spared()
  const victims = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => !mine.has(pid) && isAlive(pid))
  for (const signal of ['SIGSTOP', 'SIGKILL']) {
    for (const pid of victims) {
      try {
        process.kill(pid, signal)
      } catch {
        // It was faster.
      }
    }
  }

  while (victims.some((pid) => isAlive(pid))) await delay(10)
}

export function createOpenrc(home) {
  if (process.env.DISPOSABLE_MACHINE !== '1')
    throw new Error('These tests kill every process of this machine. Set DISPOSABLE_MACHINE=1 on one that nobody needs.')
  const host = realHost({environment: {PATH: process.env.PATH}, home})
  return {
    host,
    async dispose() {
      const manager = backend.connect(host)
      for (const id of await manager.list()) await manager.uninstall(id)
    },
    /** All that a power cut takes, and then what openrc-init does at a boot: openrc-init(8). */
    async reboot() {
      await killAll()
      for (const name of readdirSync('/run')) {
        if (name === 'openrc' || name.startsWith('hermes-')) rmSync(join('/run', name), {force: true, recursive: true})
      }

      for (const level of ['sysinit', 'boot', 'default']) execFileSync('/sbin/openrc', [level], {stdio: 'ignore'})
    },
  }
}
