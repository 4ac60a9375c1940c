// A Docker engine of our own. It lives in mount and PID namespaces of its own, so that when its first process goes the
// kernel ends all of it, mounts and containers included; and it goes with whoever started it, also after kill -9.
import {spawn} from 'node:child_process'
import {createHash} from 'node:crypto'
import {once} from 'node:events'
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {setTimeout as delay} from 'node:timers/promises'

import {lastLines, Unavailable} from '../lib/process.mjs'
import {dockerClient, engineAt} from './docker.mjs'

const RUN = '/run/hermes-engine'
const LOCKED = 75
/** Long enough for an engine whose run was killed to end. */
const LOCK_SECONDS = 15
const START_MS = 30_000
const STOP_MS = 25_000

/**
 * In a chroot, `docker exec` would enter the machine's own root: the root of the mount namespace. So what is / to us is
 * made that; outside a chroot it is so already.
 */
const ENTER_ROOT = `
root=$(readlink /proc/self/fd/5)
if [ -n "$root" ] && [ "$root" != / ]; then
  mount --rbind "$root" "$root" && cd "$root" && pivot_root . . && umount -l . || exit 1
fi
cd /
exec 5<&- sh -c "$@"`

/** The first process of the namespaces: reaps, and passes SIGTERM on. Whoever is here holds the lock on both directories. */
const FIRST = `
exec_root=$1 log=$2 data=$3 memory=$4; shift 4
rm -rf "$exec_root" && mkdir -m 0700 "$exec_root" && mkdir -p "$data" || exit 1
[ "$memory" = false ] || mount -t tmpfs tmpfs "$data" || exit 1
echo locked
exec >"$log" 2>&1
"$@" & trap "kill $!" TERM
wait $!; wait $!`

/** Where the engine with this data lives. Sockets have short paths: the kernel allows 107 bytes. */
function placesOf(directory) {
  const key = createHash('sha256').update(directory).digest('hex').slice(0, 12)
  const execRoot = join(RUN, key)
  return {
    config: join(directory, 'daemon.json'),
    data: join(directory, 'data'),
    execRoot,
    lock: `${execRoot}.lock`,
    log: join(directory, 'dockerd.log'),
    socket: join(execRoot, 'docker.sock'),
  }
}

function makeDirectories(directory, places) {
  try {
    mkdirSync(RUN, {mode: 0o700, recursive: true})
    mkdirSync(directory, {mode: 0o700, recursive: true})
    // In place of the machine's own daemon.json, which may contradict our flags.
    writeFileSync(places.config, '{}\n')
  } catch (error) {
    throw new Unavailable(`no place for a Docker engine: ${error.message}`)
  }
}

function command(places, {driver, memory = false}) {
  const around = ['setpriv', '--pdeathsig', 'KILL', 'flock', '--no-fork', '-E', `${LOCKED}`, '-w', `${LOCK_SECONDS}`, places.lock]
  const namespaces = ['unshare', '--mount', '--pid', '--fork', '--kill-child=SIGTERM', '--mount-proc']
  const rooted = ['sh', '-c', 'exec 5</ nsenter --mount=/proc/self/ns/mnt "$@"', 'engine', 'sh', '-c', ENTER_ROOT, 'engine']
  const first = [FIRST, 'engine', places.execRoot, places.log, places.data, `${memory}`]
  const network = ['--iptables=false', '--ip-forward=false', '--bridge=none']
  const roots = ['--config-file', places.config, '--data-root', places.data, '--exec-root', places.execRoot]
  const control = ['-H', `unix://${places.socket}`, '-p', join(places.execRoot, 'dockerd.pid')]
  // systemd's driver would need the machine's systemd.
  const drivers = [`--storage-driver=${driver}`, '--exec-opt', 'native.cgroupdriver=cgroupfs']
  return [...around, ...namespaces, ...rooted, ...first, 'dockerd', ...network, ...drivers, ...roots, ...control]
}

/** The first process in the namespaces, a child of the `unshare` we started. */
function firstProcess(pid) {
  try {
    return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]) || undefined
  } catch {
    return undefined
  }
}

async function stop(child, ended) {
  const end = (signal) => {
    const first = firstProcess(child.pid)
    if (first) process.kill(first, signal)
    else child.kill('SIGKILL')
  }

  if (child.exitCode !== null || child.signalCode !== null) return
  end('SIGTERM')
  const late = setTimeout(() => end('SIGKILL'), STOP_MS)
  await ended
  clearTimeout(late)
}

/**
 * Starts the engine whose data lie in the directory, or with `memory: true` would. `undefined` when another run has it.
 * storage: `{driver, memory}`.
 */
export async function startDockerd(directory, storage, signal) {
  const places = placesOf(directory)
  makeDirectories(directory, places)
  const environment = {...engineAt(places.socket), PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin:/usr/bin:/bin`}
  const [file, ...args] = command(places, storage)
  const child = spawn(file, args, {cwd: '/', detached: true, env: environment, stdio: ['ignore', 'pipe', 'inherit']})
  const ended = once(child, 'exit').catch((error) => [error.message])
  const [code] = await Promise.race([once(child.stdout, 'data').then(() => []), ended])
  if (code === LOCKED) return
  if (code !== undefined) throw new Unavailable(`no namespaces for a Docker engine (${file}: ${code})`)

  const docker = dockerClient(environment, signal)
  const deadline = Date.now() + START_MS
  while (!(await docker.answers())) {
    const over = child.exitCode !== null || child.signalCode !== null
    if (!over && !signal?.aborted && Date.now() < deadline) {
      await Promise.race([delay(100), ended])
      continue
    }

    await stop(child, ended)
    const why = over ? 'dockerd ended' : `no answer within ${START_MS / 1000} s`
    throw new Unavailable(`no Docker engine can be started here (${why}):\n${lastLines(readFileSync(places.log, 'utf8'))}`)
  }

  return {docker, stop: () => stop(child, ended)}
}
