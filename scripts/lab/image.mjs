// The image of this checkout: npm pack, and docker/ built around the packed file.
import {
  chmodSync,
  copyFileSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {must, root} from '../lib/process.mjs'

/** A checkout's times and umask are nobody's business; equal sources give equal layers. npm packs with this time too. */
const TIME = new Date('1985-10-26T08:15:00Z')

/** A copy with modes and times that are the same everywhere. */
function copy(source, target) {
  const entry = lstatSync(source)
  if (entry.isDirectory()) {
    mkdirSync(target)
    for (const name of readdirSync(source).sort()) copy(join(source, name), join(target, name))
  } else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target)
  else copyFileSync(source, target)

  const isProgram = entry.isDirectory() || (entry.isFile() && readFileSync(source).subarray(0, 2).toString() === '#!')
  if (!entry.isSymbolicLink()) chmodSync(target, isProgram ? 0o755 : 0o644)
  lutimesSync(target, TIME, TIME)
}

/** A directory with what is in docker/ and hermes-cli.tgz. */
async function makeContext(directory, signal) {
  // In a directory of its own: the packed file is the only one there.
  const packing = join(directory, 'packed')
  mkdirSync(packing)
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  await must('npm pack', [npm, 'pack', '--pack-destination', packing, '--loglevel=error'], {quiet: true, signal})
  const context = join(directory, 'context')
  copy(join(root, 'docker'), context)
  renameSync(join(packing, readdirSync(packing)[0]), join(context, 'hermes-cli.tgz'))
  chmodSync(join(context, 'hermes-cli.tgz'), 0o644)
  lutimesSync(join(context, 'hermes-cli.tgz'), TIME, TIME)
  return context
}

/** Builds and tags it. `replace`: what the first tag named before is removed. Returns the image's id. */
export async function buildImage(docker, tags, {base, quiet = false, replace = false, signal} = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'hermes-image-'))
  try {
    const context = await makeContext(directory, signal)
    const old = await docker.imageId(tags[0])
    const {args, command, env} = await docker.buildOptions()
    const named = tags.flatMap((tag) => ['--tag', tag])
    const from = base ? ['--build-arg', `BASE=${base}`] : []
    await must('building the image', [...command, ...args, ...from, ...named, context], {env, quiet, signal})
    const id = await docker.imageId(tags[0])
    if (replace && old && old !== id) await docker.ask('image', 'rm', old)
    return id
  } finally {
    rmSync(directory, {force: true, recursive: true})
  }
}
