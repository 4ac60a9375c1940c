// `container:reconcile` of 1,000 profiles, all down: first publication, again over the live tree, and a dry run.
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {cleanEnvironment, hermes, hermesJson, median} from './support.mjs'

const PROFILES = Number(process.env.PROFILES ?? 1000)
const ROUNDS = Number(process.env.ROUNDS ?? 3)
/** What the budgets in facts and design allow for 1,000 profiles to be supervised, in milliseconds. */
const LIMIT = 2500

const home = mkdtempSync(join(tmpdir(), 'hermes-bench-'))
const env = cleanEnvironment({HERMES_HOME: home})
const scandir = join(home, 'run/service')
for (let index = 0; index < PROFILES; index++) {
  const directory = join(home, 'profiles', `p${String(index).padStart(4, '0')}`)
  mkdirSync(directory, {recursive: true})
  writeFileSync(join(directory, 'SOUL.md'), '# bench\n')
  writeFileSync(join(directory, 'config.yaml'), `port: ${10_000 + index}\n`)
}

const clock = (run) => {
  const began = performance.now()
  run()
  return performance.now() - began
}

const row = (name, list) =>
  console.log(`  ${name.padEnd(44)} ${median(list).toFixed(0).padStart(7)} ms  ${(median(list) / LIMIT).toFixed(2)} of the limit`)

try {
  const times = {boot: [], again: [], dry: []}
  for (let round = 0; round < ROUNDS; round++) {
    times.dry.push(clock(() => hermes(env, 'container:reconcile', '--dry-run', '--scandir', scandir)))
    times.boot.push(clock(() => hermes(env, 's6', 'boot')))
    times.again.push(clock(() => hermes(env, 'container:reconcile', '--scandir', scandir)))
    const {services} = hermesJson(env, 'backend:inspect')
    if (services.length !== PROFILES + 1) throw new Error(`${services.length} services instead of ${PROFILES + 1}`)
    hermes(env, 's6', 'shutdown')
  }

  console.log(`\nreconcile of ${PROFILES} profiles (${ROUNDS} rounds, median, limit ${LIMIT} ms)`)
  row('dry run', times.dry)
  row('s6 boot: tree up, all published, supervised', times.boot)
  row('again over the live tree, nothing changes', times.again)
} finally {
  hermes(env, 's6', 'shutdown')
  rmSync(home, {force: true, recursive: true})
}
