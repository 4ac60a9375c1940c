// `gateway:start` from the command to "running and ready", beside `s6-svc -uwU` alone on the same slot and a bare node.
import {spawnSync} from 'node:child_process'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {cleanEnvironment, compare, hermes, timed} from './support.mjs'

const home = mkdtempSync(join(tmpdir(), 'hermes-bench-'))
const env = cleanEnvironment({HERMES_HOME: home})
const slot = join(home, 'run/service/gateway-bench')
const down = () => spawnSync('s6-svc', ['-D', '-wD', '-T', '20000', slot])

try {
  hermes(env, 's6', 'boot')
  hermes(env, 'profile:create', 'bench')
  compare(
    'start of one gateway',
    [
      {name: 'hermes gateway:start -p bench', prepare: down, run: () => hermes(env, 'gateway:start', '-p', 'bench')},
      {name: 'hermes gateway:status (running)', run: () => hermes(env, 'gateway:status', '-p', 'bench')},
      {name: 's6-svc -U -wU (same slot)', prepare: down, run: () => timed('s6-svc', ['-U', '-wU', '-T', '20000', slot], env)},
      {name: 'hermes --version', run: () => hermes(env, '--version')},
      {name: 'node -e 0', run: () => timed(process.execPath, ['-e', '0'], env)},
    ],
    Number(process.env.ROUNDS ?? 15),
  )
} finally {
  hermes(env, 's6', 'shutdown')
  rmSync(home, {force: true, recursive: true})
}
