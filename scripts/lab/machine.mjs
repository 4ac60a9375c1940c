// A booted machine of our own, in namespaces and a cgroup of its own: it goes with its first process, which goes with
// whoever started it. What it writes is kept in memory, over a tree that stays as it is, until stop(): a power cut is
// the end of all its processes and a boot from what they had written.
import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as delay} from 'node:timers/promises'

import {run, Unavailable} from '../lib/process.mjs'

const START_MS = 60_000

/** $1: the tree, $2: a directory of ours, then `ro` or `rw` and a path, for each path that is to be seen inside. */
const script = ({init, prepare}) => `
set -e
tree=$1 work=$2 root=$2/root; shift 2
mount --make-rprivate /
mount -t overlay -o "lowerdir=$tree,upperdir=$work/upper,workdir=$work/work" overlay "$root"
${prepare}
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
mount -t tmpfs -o mode=0755 run "$root/run"
mount -t tmpfs -o mode=1777 tmp "$root/tmp"
while [ $# -gt 0 ]; do
  if [ -d "$2" ]; then mkdir -p "$root$2"; else mkdir -p "$(dirname "$root$2")"; touch "$root$2"; fi
  mount --bind "$2" "$root$2"
  [ "$1" = rw ] || mount -o remount,bind,ro "$root$2"
  shift 2
done
exec chroot "$root" /usr/bin/env -i container=lab ${init}`

/** Why there can be no lab here, or undefined. `what` is to be booted in it. */
export function cannotBoot(what) {
  if (process.platform !== 'linux') return `${what} is only booted on Linux`
  if (process.getuid() !== 0) return `only root can boot ${what}`
  if (!cgroupRoot()) return 'there is no cgroup2'
}

const cgroupRoot = () =>
  ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'].find(
    (path) => existsSync(join(path, 'cgroup.procs')) && existsSync(join(path, 'cgroup.controllers')),
  )

/** 0 where there is none yet, or no more. */
function childOf(pid) {
  try {
    return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0])
  } catch {
    return 0
  }
}

/** The kernel lets a cgroup go once nothing is in it. */
async function removeCgroup(path) {
  const below = (directory) =>
    readdirSync(directory, {withFileTypes: true}).flatMap((entry) =>
      entry.isDirectory() ? [...below(join(directory, entry.name)), join(directory, entry.name)] : [],
    )
  for (let left = 100; existsSync(path) && left > 0; left--) {
    try {
      for (const directory of [...below(path), path]) rmdirSync(directory)
    } catch {
      await delay(20)
    }
  }
}

/** A command that runs inside as this user (root: none), in this directory. */
function enter(pid, user, {cwd = '/', env = {}} = {}) {
  const home = user ? user.home : '/root'
  const name = user ? user.name : 'root'
  const become = user ? ['setpriv', `--reuid=${user.uid}`, `--regid=${user.uid}`, '--init-groups', '--inh-caps=-all', '--'] : []
  const variables = {HOME: home, LOGNAME: name, PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', USER: name, ...env}
  const words = Object.entries(variables).map(([key, value]) => `${key}=${value}`)
  return ['nsenter', '-t', String(pid), '-a', '-r', '-w', '--', ...become, 'env', '-i', '-C', cwd, ...words]
}

async function booted(machine, {isUp, name}) {
  const inside = (...command) => run([...enter(machine.init()), ...command], {quiet: true})
  for (const end = Date.now() + START_MS; Date.now() < end; await delay(100)) {
    if (machine.ended()) throw new Unavailable(`no ${name} can be booted here: ${machine.said.trim()}`)
    if (machine.init() && (await isUp(inside))) return
  }

  throw new Unavailable(`${name} was not up within ${START_MS / 1000} s: ${machine.said.trim()}`)
}

/** Starts the first process. `{ended(), init(), said}`; kill(): it and all its processes are gone. */
async function power(system, tree, work, mounts) {
  const cgroup = join(cgroupRoot(), `hermes-lab-${process.pid}-${Date.now()}`)
  mkdirSync(cgroup)
  const namespaces = ['unshare', '--pid', '--mount', '--uts', '--ipc', '--cgroup', '--net', '--fork', '--kill-child']
  const first = ['sh', '-c', script(system), 'lab', tree, work, ...mounts.flat()]
  const inside = ['sh', '-c', 'echo $$ >"$0/cgroup.procs" && exec "$@"', cgroup, 'setpriv', '--pdeathsig', 'KILL', ...namespaces, ...first]
  const unshare = spawn(inside[0], inside.slice(1), {stdio: ['ignore', 'pipe', 'pipe']})
  const machine = {
    ended: () => unshare.exitCode !== null || unshare.signalCode !== null,
    async kill() {
      const exit = machine.ended() ? undefined : once(unshare, 'exit')
      unshare.kill('SIGKILL')
      await exit
      await removeCgroup(cgroup)
    },
    init: () => childOf(unshare.pid),
    said: '',
  }
  for (const stream of [unshare.stdout, unshare.stderr]) {
    stream.on('data', (chunk) => {
      machine.said += chunk
    })
  }

  await once(unshare, 'spawn')
  return machine
}

/**
 * `{enter(user, options), powerCut(), shutDown(), stop()}`: enter() is the beginning of a command line. `system`: `{name, init, off,
 * prepare, isUp}`, the first process, the command that turns it off, what a shell is to do with $root before, and how it is seen that all is up. `mounts`:
 * `['ro' | 'rw', path]`. Throws Unavailable where there can be none.
 */
export async function bootMachine(system, tree, mounts = []) {
  // In memory where that is seen outside of the namespaces too: no other place takes an overlay wherever this runs.
  const work = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'hermes-lab-'))
  for (const name of ['root', 'upper', 'work']) mkdirSync(join(work, name))
  chmodSync(join(work, 'upper'), 0o755)
  let machine
  const up = async () => {
    machine = await power(system, tree, work, mounts)
    await booted(machine, system)
  }

  const lab = {
    enter: (user, options) => enter(machine.init(), user, options),
    async powerCut() {
      await machine.kill()
      await up()
    },
    /** As an operator turns it off: every service is told to end. Then it boots again. */
    async shutDown() {
      await run([...enter(machine.init()), ...system.off], {quiet: true})
      for (const end = Date.now() + START_MS; !machine.ended() && Date.now() < end;) await delay(50)
      await machine.kill()
      await up()
    },
    async stop() {
      await machine?.kill()
      rmSync(work, {force: true, recursive: true})
    },
  }
  try {
    await up()
    return lab
  } catch (error) {
    await lab.stop()
    throw error
  }
}
