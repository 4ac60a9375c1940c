// @oclif/core 5 with what it needs, as a plugin's author would have it: our own tree holds version 4.
import {existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {lastLines, run, Unavailable} from '../lib/process.mjs'
import {cacheDirectory} from './engine.mjs'

const VERSION = '5.1.9'

/** The node_modules that holds it, from the cache or installed now. It says Node 22 and runs on 20. Throws Unavailable. */
export async function oclif5({signal} = {}) {
  const parent = join(cacheDirectory(), 'oclif')
  const path = join(parent, VERSION, 'node_modules')
  if (existsSync(path)) return path
  mkdirSync(parent, {recursive: true})
  const work = mkdtempSync(join(parent, `making-${process.pid}-`))
  try {
    writeFileSync(join(work, 'package.json'), '{"private": true}\n')
    const options = ['--engine-strict=false', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
    const command = ['npm', 'install', ...options, `@oclif/core@${VERSION}`]
    const {code, output} = await run(command, {cwd: work, quiet: true, signal})
    if (code !== 0) throw new Unavailable(`installing @oclif/core ${VERSION} failed (exit code ${code}):\n${lastLines(output)}`)
    if (!existsSync(path)) renameSync(work, join(parent, VERSION))
  } catch (error) {
    if (!existsSync(path)) throw error
  } finally {
    rmSync(work, {force: true, recursive: true})
  }

  return path
}
