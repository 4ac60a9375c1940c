// One CommonJS file of all that a supervised gateway loads: half the processor time of its start went into 33 modules and
// their loader (docs/decisions/0008). bin/run.js takes the modules themselves where this file is older than they are.
import {build} from 'esbuild'
import {join} from 'node:path'

import {root} from './setup.mjs'

const directory = join(root, 'dist/gateway/run')
await build({
  alias: {'node:fs/promises': join(root, 'dist/host/fs-promises.js')},
  // Paths beside the modules stay as they are: the file lies in the directory of the one that asks for them.
  banner: {js: "const moduleUrl = require('node:url').pathToFileURL(__filename).href;"},
  bundle: true,
  define: {'import.meta.url': 'moduleUrl'},
  entryPoints: [join(directory, 'main.js')],
  // Loaded only for a configuration nobody parsed yet.
  external: [join(root, 'dist/profile/config-schema.js')],
  format: 'cjs',
  legalComments: 'none',
  logLevel: 'warning',
  minifySyntax: true,
  minifyWhitespace: true,
  outfile: join(directory, 'bundle.cjs'),
  platform: 'node',
  target: 'node20',
})
