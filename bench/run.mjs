// `npm run bench`: every benchmark, one after the other, each against a peer or a limit in the same run.
import {spawnSync} from 'node:child_process'
import {join} from 'node:path'

import {root} from './support.mjs'

let failed = 0
for (const name of ['completion.mjs', 'start.mjs', 'reconcile.mjs', 'gateway-memory.mjs']) {
  const {status} = spawnSync(process.execPath, [join(root, 'bench', name)], {stdio: 'inherit'})
  if (status !== 0) failed++
}

process.exitCode = failed === 0 ? 0 : 1
