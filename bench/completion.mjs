// One press of TAB beside a bare `node -e 0`, alternating: a list of commands, and profiles out of 1,000.
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {cleanEnvironment, compare, hermes, timed} from './support.mjs'

const LIMIT = 1.6
const PROFILES = 1000

const home = mkdtempSync(join(tmpdir(), 'hermes-bench-'))
const few = join(home, 'few')
const many = join(home, 'many')
for (let index = 0; index < PROFILES; index++) {
  for (const base of index < 10 ? [few, many] : [many]) {
    const directory = join(base, 'profiles', `p${index}`)
    mkdirSync(directory, {recursive: true})
    writeFileSync(join(directory, 'SOUL.md'), '# bench\n')
  }
}

try {
  const env = (HERMES_HOME) => cleanEnvironment({HERMES_HOME, HOME: home})
  const tab = (at, ...words) => hermes(env(at), '__complete', 'zsh', '--', ...words)
  const cases = [
    {name: 'hermes gateway <TAB>', run: () => tab(few, 'gateway', '')},
    {name: 'hermes -p <TAB>, 10 profiles', run: () => tab(few, '-p', '')},
    {name: `hermes -p <TAB>, ${PROFILES} profiles`, run: () => tab(many, '-p', '')},
    {name: 'node -e 0', run: () => timed(process.execPath, ['-e', '0'], env(few))},
  ]
  const medians = compare('one press of TAB', cases, Number(process.env.ROUNDS ?? 60))
  const worst = Math.max(...medians.slice(0, -1)) / medians.at(-1)
  console.log(`  worst: ${worst.toFixed(2)} of a bare node (limit ${LIMIT})`)
  process.exitCode = worst > LIMIT ? 1 : 0
} finally {
  rmSync(home, {force: true, recursive: true})
}
