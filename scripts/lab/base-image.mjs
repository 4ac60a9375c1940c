// debian:trixie-slim without an image registry: debootstrap, slimmed like the official image, imported.
import {createHash} from 'node:crypto'
import {existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

import {lastLines, run, Unavailable} from '../lib/process.mjs'
import {slim} from './debian-slim.mjs'
import {cacheDirectory} from './engine.mjs'
import {debianMirror} from './mirror.mjs'

const SUITE = 'trixie'
export const OFFICIAL = `debian:${SUITE}-slim`
/** Never under the official name in an engine that is not ours. */
const SUBSTITUTE = `hermes-lab/${OFFICIAL}`
const LABEL = 'hermes.lab.base'

const ownText = ['base-image.mjs', 'debian-slim.mjs']
  .map((name) => readFileSync(fileURLToPath(new URL(name, import.meta.url)), 'utf8'))
  .join('')

/** New when what makes it changes, and every month, for Debian's corrections. */
const keyFor = (mirror) =>
  createHash('sha256')
    .update([SUITE, process.arch, mirror ?? '', new Date().toISOString().slice(0, 7), ownText].join('\n'))
    .digest('hex')
    .slice(0, 16)

/** Runs where mounts and processes of its own end with it, however it ends. */
const enclosed = (...command) => [
  'setpriv',
  '--pdeathsig',
  'KILL',
  'unshare',
  '--mount',
  '--pid',
  '--fork',
  '--kill-child',
  '--mount-proc',
  ...command,
]

async function step(what, command, signal) {
  const PATH = `${process.env.PATH ?? ''}:/usr/sbin:/sbin:/usr/bin:/bin`
  const {code, output} = await run(command, {env: {...process.env, PATH}, killSignal: 'SIGKILL', quiet: true, signal})
  if (code !== 0) throw new Unavailable(`${what} failed (exit code ${code}):\n${lastLines(output)}`)
}

/** Tarballs that are out of date, and what a run that was killed has left. */
function forget(directory, wanted) {
  for (const name of readdirSync(directory)) {
    const maker = /^making-(\d+)-/.exec(name)?.[1]
    if (maker ? !existsSync(`/proc/${maker}`) : join(directory, name) !== wanted)
      rmSync(join(directory, name), {force: true, recursive: true})
  }
}

/** The tarball of the base, from the cache or made now. */
async function tarball(mirror, key, signal) {
  const directory = join(cacheDirectory(), 'base')
  mkdirSync(directory, {mode: 0o700, recursive: true})
  const path = join(directory, `${SUITE}-slim-${key}.tar`)
  if (existsSync(path)) return path

  console.log(`   making ${OFFICIAL} from ${mirror ?? 'the mirror it knows'} (debootstrap)`)
  forget(directory, path)
  const work = mkdtempSync(join(directory, `making-${process.pid}-`))
  try {
    const tree = join(work, 'tree')
    await step('debootstrap', enclosed('debootstrap', '--variant=minbase', SUITE, tree, ...(mirror ? [mirror] : [])), signal)
    slim(tree, SUITE)
    const made = join(work, 'base.tar')
    const contents = ['--exclude=./dev/*', '--exclude=./debootstrap', '--numeric-owner', '--sort=name', '.']
    await step('tar', ['tar', '-C', tree, '-cf', made, ...contents], signal)
    renameSync(made, path)
  } finally {
    rmSync(work, {force: true, recursive: true})
  }

  return path
}

async function importAs(name, docker, signal) {
  const mirror = debianMirror()
  const key = keyFor(mirror)
  const labelled = await docker.ask('image', 'inspect', '--format', `{{index .Config.Labels "${LABEL}"}}`, name)
  if (labelled.code === 0 && labelled.stdout.trim() === key) return
  const path = await tarball(mirror, key, signal)
  const changes = ['CMD ["bash"]', `LABEL ${LABEL}=${key}`].flatMap((change) => ['--change', change])
  await docker.must('importing the base image', 'import', ...changes, path, name)
}

/** The name of an image that can stand after FROM. A stranger's engine gets the official one, as for every user. */
export async function ensureBase({docker, ours}, {signal} = {}) {
  if (ours) {
    await importAs(OFFICIAL, docker, signal)
    return OFFICIAL
  }

  if (await docker.imageId(OFFICIAL)) return OFFICIAL
  const pulled = await docker.ask('pull', '--quiet', OFFICIAL)
  if (pulled.code === 0) return OFFICIAL
  if (process.getuid?.() !== 0)
    throw new Unavailable(`${OFFICIAL} cannot be pulled, and only root can make one:\n${lastLines(pulled.output, 3)}`)
  await importAs(SUBSTITUTE, docker, signal)
  return SUBSTITUTE
}
