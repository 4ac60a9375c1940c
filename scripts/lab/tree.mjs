// The root file system of a Debian 12, made once with debootstrap and never written to again.
import {createHash} from 'node:crypto'
import {existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

import {lastLines, run, Unavailable} from '../lib/process.mjs'
import {cacheDirectory} from './engine.mjs'
import {debianMirror} from './mirror.mjs'

const SUITE = 'bookworm'
const PACKAGES = {
  openrc: ['openrc', 'procps'],
  systemd: ['systemd', 'systemd-sysv', 'dbus', 'dbus-user-session', 'libpam-systemd', 'polkitd', 'procps'],
}

const ownText = readFileSync(fileURLToPath(import.meta.url), 'utf8')

/** New when what makes it changes, and every month, for Debian's corrections. */
const keyFor = (mirror) =>
  createHash('sha256')
    .update([SUITE, process.arch, mirror, new Date().toISOString().slice(0, 7), ownText].join('\n'))
    .digest('hex')
    .slice(0, 16)

/** Trees that are out of date, and what a run that was killed has left. */
function forget(directory, wanted) {
  for (const name of readdirSync(directory)) {
    const maker = /^making-(\d+)-/.exec(name)?.[1]
    if (maker ? !existsSync(`/proc/${maker}`) : name !== wanted) rmSync(join(directory, name), {force: true, recursive: true})
  }
}

/** The path of the tree with `openrc` or `systemd`, from the cache or made now (about a minute). Throws Unavailable. */
export async function debianTree(init, {signal} = {}) {
  const mirror = debianMirror()
  const directory = join(cacheDirectory(), init)
  mkdirSync(directory, {mode: 0o700, recursive: true})
  const name = `${SUITE}-${keyFor(mirror)}`
  const path = join(directory, name)
  if (existsSync(path)) return path

  console.log(`   making a ${SUITE} with ${init} from ${mirror} (debootstrap)`)
  forget(directory, name)
  const work = mkdtempSync(join(directory, `making-${process.pid}-`))
  try {
    const tree = join(work, 'tree')
    const enclosed = ['setpriv', '--pdeathsig', 'KILL', 'unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc']
    const command = [...enclosed, 'debootstrap', '--variant=minbase', `--include=${PACKAGES[init].join(',')}`, SUITE, tree, mirror]
    const PATH = `${process.env.PATH ?? ''}:/usr/sbin:/sbin:/usr/bin:/bin`
    const {code, output} = await run(command, {env: {...process.env, PATH}, killSignal: 'SIGKILL', quiet: true, signal})
    if (code !== 0) throw new Unavailable(`debootstrap failed (exit code ${code}):\n${lastLines(output)}`)
    renameSync(tree, path)
  } finally {
    rmSync(work, {force: true, recursive: true})
  }

  return path
}
