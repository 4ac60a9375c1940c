// A booted systemd of our own, in namespaces and a cgroup of its own: it goes with its first process, which goes with
// whoever started it. What it writes is in memory, over a tree that stays as it is.
import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as delay} from 'node:timers/promises'

import {run, Unavailable} from '../lib/process.mjs'

const START_MS = 60_000
/** Lingers, as whoever uses gateways without logging in must. */
export const USER = {home: '/home/lab', name: 'lab', uid: 4242}

/** $1: the tree, $2: a directory of ours, then `ro` or `rw` and a path, for each path that is to be seen inside. */
const FIRST = `
set -e
tree=$1 work=$2 root=$2/root; shift 2
mount --make-rprivate /
mount -t tmpfs -o mode=0755 lab "$work"
mkdir "$work/upper" "$work/work" "$root"
mount -t overlay -o "lowerdir=$tree,upperdir=$work/upper,workdir=$work/work" overlay "$root"
chroot "$root" useradd --create-home --uid ${USER.uid} --user-group ${USER.name}
chroot "$root" useradd --create-home --uid 4243 --user-group other
mkdir -p "$root/var/lib/systemd/linger" "$root/var/log/journal"
touch "$root/var/lib/systemd/linger/${USER.name}"
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
exec chroot "$root" /usr/bin/env -i container=lab /sbin/init`

/** Why there can be no lab here, or undefined. */
export function cannotBoot() {
  if (process.platform !== 'linux') return 'a systemd is only booted on Linux'
  if (process.getuid() !== 0) return 'only root can boot a systemd'
  if (!cgroupRoot()) return 'there is no cgroup2'
}

const cgroupRoot = () =>
  ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'].find(
    (path) => existsSync(join(path, 'cgroup.procs')) && existsSync(join(path, 'cgroup.controllers')),
  )

const childOf = (pid) => Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0])

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

async function booted(lab, unshare, said) {
  for (const end = Date.now() + START_MS; Date.now() < end; await delay(100)) {
    if (unshare.exitCode !== null || unshare.signalCode !== null)
      throw new Unavailable(`no systemd can be booted here: ${said.text.trim()}`)
    const {stdout} = await run([...lab.enter(), 'systemctl', 'is-system-running'], {quiet: true})
    const user = await run([...lab.enter(), 'test', '-S', `/run/user/${USER.uid}/systemd/private`], {quiet: true})
    if (/^(?:running|degraded)/.test(stdout) && user.code === 0) return
  }

  throw new Unavailable(`systemd was not up within ${START_MS / 1000} s: ${said.text.trim()}`)
}

/** `{pid, enter(user, options), stop()}`. `mounts`: `['ro' | 'rw', path]`. Throws Unavailable where there can be none. */
export async function bootSystemd(tree, mounts = []) {
  const work = mkdtempSync(join(tmpdir(), 'hermes-lab-'))
  const cgroup = join(cgroupRoot(), `hermes-lab-${process.pid}-${Date.now()}`)
  mkdirSync(cgroup)
  const namespaces = ['unshare', '--pid', '--mount', '--uts', '--ipc', '--cgroup', '--net', '--fork', '--kill-child']
  const first = ['sh', '-c', FIRST, 'lab', tree, work, ...mounts.flat()]
  const inside = ['sh', '-c', 'echo $$ >"$0/cgroup.procs" && exec "$@"', cgroup, 'setpriv', '--pdeathsig', 'KILL', ...namespaces, ...first]
  const unshare = spawn(inside[0], inside.slice(1), {stdio: ['ignore', 'pipe', 'pipe']})
  const said = {text: ''}
  for (const stream of [unshare.stdout, unshare.stderr]) {
    stream.on('data', (chunk) => {
      said.text += chunk
    })
  }

  const lab = {
    enter: (user, options) => enter(childOf(unshare.pid), user, options),
    async stop() {
      const ended = unshare.exitCode === null && unshare.signalCode === null ? once(unshare, 'exit') : undefined
      unshare.kill('SIGKILL')
      await ended
      await removeCgroup(cgroup)
      rmSync(work, {force: true, recursive: true})
    },
  }
  try {
    await once(unshare, 'spawn')
    await booted(lab, unshare, said)
    return lab
  } catch (error) {
    await lab.stop()
    throw error
  }
}
