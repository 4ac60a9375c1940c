// The Node versions hermes promises to run on, each as one binary: the lowest one, and a newer one of each major.
import {chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync} from 'node:fs'
import {join} from 'node:path'

import {lastLines, run, Unavailable} from '../lib/process.mjs'
import {cacheDirectory} from './engine.mjs'

const VERSIONS = ['20.19.0', '22.23.3', '24.9.0', '26.10.0']

/** Why no Node binary can be had here: the packages hold those that are linked with glibc. */
export function cannotHaveNodes() {
  if (process.platform !== 'linux' || !['arm64', 'x64'].includes(process.arch))
    return `there is no npm package with a Node for ${process.platform}-${process.arch}`
  if (process.report.getReport().header.glibcVersionRuntime === undefined) return 'the Node packages of npm need glibc'
}

async function step(what, command, signal) {
  const {code, output} = await run(command, {quiet: true, signal})
  if (code !== 0) throw new Unavailable(`${what} failed (exit code ${code}):\n${lastLines(output)}`)
}

/** What a run that was killed has left, and versions that are no longer asked for. */
function forget(directory) {
  for (const name of readdirSync(directory)) {
    const maker = /^making-(\d+)-/.exec(name)?.[1]
    if (maker ? !existsSync(`/proc/${maker}`) : !VERSIONS.includes(name)) rmSync(join(directory, name), {force: true, recursive: true})
  }
}

/** Of the package only the binary is kept. A run that makes the same at once renames first or finds it made. */
async function fetchNode(directory, version, signal) {
  const path = join(directory, version, 'bin/node')
  if (existsSync(path)) return
  const work = mkdtempSync(join(directory, `making-${process.pid}-`))
  const name = `node-linux-${process.arch}`
  try {
    await step(`fetching ${name}@${version}`, ['npm', 'pack', `${name}@${version}`, '--pack-destination', work, '--loglevel=error'], signal)
    await step('tar', ['tar', '-xzf', join(work, `${name}-${version}.tgz`), '-C', work, 'package/bin/node'], signal)
    await step(`Node ${version}`, [join(work, 'package/bin/node'), '-e', '0'], signal)
    chmodSync(work, 0o755)
    if (!existsSync(path)) renameSync(join(work, 'package'), join(directory, version))
  } catch (error) {
    if (!existsSync(path)) throw error
  } finally {
    rmSync(work, {force: true, recursive: true})
  }
}

/** The path of each binary, oldest version first, from the cache or fetched now. Throws Unavailable. */
export async function ensureNodes({signal} = {}) {
  const reason = cannotHaveNodes()
  if (reason) throw new Unavailable(reason)
  const directory = join(cacheDirectory(), 'nodes')
  mkdirSync(directory, {recursive: true})
  forget(directory)
  await Promise.all(VERSIONS.map((version) => fetchNode(directory, version, signal)))
  return VERSIONS.map((version) => join(directory, version, 'bin/node'))
}
