#!/usr/bin/env node
// A supervised gateway stays for months: it takes a way that does not load the command line framework.
import {fastPath} from '../dist/gateway/run/fast-path.js'

const supervised = fastPath(process.argv.slice(2), process.env)
// oclif looks when it is loaded. The check costs 47 files at every start; npm checks `engines` when it installs.
process.env.OCLIF_DISABLE_ENGINE_WARNING ??= '1'
if (supervised) await import('../dist/gateway/run/main.js').then(({main}) => main(supervised))
else await import('../dist/cli/main.js').then(({main}) => main(import.meta.url))
