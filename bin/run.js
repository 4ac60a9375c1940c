#!/usr/bin/env node
'use strict'
// CommonJS (bin/package.json): a supervised gateway stays for months and comes up with twenty others at a boot. It takes
// a way that loads neither the command line framework nor Node's module loader; so does a press of TAB.
const {statSync} = require('node:fs')
const {join} = require('node:path')
const {pathToFileURL} = require('node:url')

const root = join(__dirname, '..')

/** A bundle of dist/, or undefined where there is none or the modules were compiled after it. */
function bundled(path) {
  const bundle = join(root, 'dist', path)
  const made = statSync(bundle, {throwIfNoEntry: false})
  const compiled = statSync(join(root, 'dist/.tsbuildinfo'), {throwIfNoEntry: false})
  return made && made.mtimeMs >= (compiled?.mtimeMs ?? 0) ? require(bundle) : undefined
}

/** One press of TAB: nothing is said but candidates, whatever happens. */
async function complete() {
  try {
    const {main} = bundled('completion/bundle.cjs') ?? (await import('../dist/completion/answer.js'))
    main(root, process.argv.slice(3))
  } catch {
    // Not built.
  }
}

async function start() {
  if (process.argv[2] === '__complete') return complete()
  if (process.env.HERMES_SUPERVISED === '1') {
    const {fastPath, main} = bundled('gateway/run/bundle.cjs') ?? (await import('../dist/gateway/run/main.js'))
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
