// One CommonJS file each of all that a supervised gateway loads and of all that a press of TAB does: half the processor
// time of the start went into 33 modules and their loader (docs/decisions/0008). bin/run.js takes the modules themselves
// where these files are older than they are.
import {build} from 'esbuild'
import {renameSync} from 'node:fs'
import {join} from 'node:path'

import {root} from './setup.mjs'

const gateway = join(root, 'dist/gateway/run')
const completion = join(root, 'dist/completion')
const common = {
  bundle: true,
  format: 'cjs',
  legalComments: 'none',
  logLevel: 'warning',
  minifySyntax: true,
  minifyWhitespace: true,
  platform: 'node',
  target: 'node20',
}

/** Never half a file: gateways may start meanwhile. */
async function bundle(outfile, options) {
  await build({...common, ...options, outfile: `${outfile}.new`})
  renameSync(`${outfile}.new`, outfile)
}

await bundle(join(gateway, 'bundle.cjs'), {
  alias: {'node:fs/promises': join(root, 'dist/host/fs-promises.js')},
  // Paths beside the modules stay as they are: the file lies in the directory of the one that asks for them.
  banner: {js: "const moduleUrl = require('node:url').pathToFileURL(__filename).href;"},
  define: {'import.meta.url': 'moduleUrl'},
  entryPoints: [join(gateway, 'main.js')],
  // Loaded only for a configuration nobody parsed yet.
  external: [join(root, 'dist/profile/config-schema.js')],
})
await bundle(join(completion, 'bundle.cjs'), {entryPoints: [join(completion, 'answer.js')]})
