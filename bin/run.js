#!/usr/bin/env node
'use strict'
// CommonJS (bin/package.json): a supervised gateway stays for months and comes up with twenty others at a boot. It takes
// a way that loads neither the command line framework nor Node's module loader.
const {statSync} = require('node:fs')
const {join} = require('node:path')
const {pathToFileURL} = require('node:url')

const root = join(__dirname, '..')

/** The bundle of the supervised path, or undefined where there is none or the modules were compiled after it. */
function gatewayBundle() {
  const path = join(root, 'dist/gateway/run/bundle.cjs')
  const made = statSync(path, {throwIfNoEntry: false})
  const compiled = statSync(join(root, 'dist/.tsbuildinfo'), {throwIfNoEntry: false})
  return made && made.mtimeMs >= (compiled?.mtimeMs ?? 0) ? require(path) : undefined
}

async function start() {
  if (process.env.HERMES_SUPERVISED === '1') {
    const {fastPath, main} = gatewayBundle() ?? (await import('../dist/gateway/run/main.js'))
    const supervised = fastPath(process.argv.slice(2), process.env)
    if (supervised) return main(supervised)
  }

  // oclif looks when it is loaded. The check costs 47 files at every start; npm checks `engines` when it installs.
  process.env.OCLIF_DISABLE_ENGINE_WARNING ??= '1'
  // A linked plugin runs as it was compiled, like an installed one; to say so at every command helps nobody.
  process.env.OCLIF_DISABLE_LINKED_ESM_WARNING ??= '1'
  const {main} = await import('../dist/cli/main.js')
  return main(pathToFileURL(join(root, 'package.json')).href)
}

start()
