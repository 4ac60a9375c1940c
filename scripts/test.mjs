// `npm test`: sets up what is missing, then every tier that can run here. A tier that cannot is skipped by name.
// Arguments: names of tiers to run alone. HERMES_TEST_REQUIRE_ALL=1: a skipped tier is a failure (CI).
import {spawn} from 'node:child_process'
import {chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {root, setUp} from './setup.mjs'

const node = process.execPath
const bin = (path) => join(root, 'node_modules', path)
const mocha = (folder) => [node, bin('mocha/bin/mocha.js'), `.build/test/${folder}/**/*.test.js`]

/** Programs a tier cannot do without are named in `needs`. */
const TIERS = [
  {
    name: 'lint',
    steps: [
      [node, bin('eslint/bin/eslint.js'), '.'],
      [node, bin('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'],
    ],
  },
  {name: 'types', steps: [[node, bin('typescript/bin/tsc'), '-b']]},
  {name: 'manifest', steps: [[node, 'scripts/manifest.mjs', '--check']]},
  {name: 'unit', mocha: true, steps: [mocha('unit')]},
  {name: 'contract', mocha: true, needs: ['s6-svscan'], steps: [mocha('contract')]},
  {name: 'cli', mocha: true, needs: ['s6-svscan'], steps: [mocha('cli')]},
  {name: 'integration', mocha: true, needs: ['s6-svscan', 'strace'], steps: [mocha('integration')]},
  {name: 'demo', needs: ['s6-svscan'], steps: [[node, 'scripts/demo.mjs']]},
]

/** A home of its own, so that no test ever meets the one of whoever runs it. */
const home = mkdtempSync(join(tmpdir(), 'hermes-test-'))
mkdirSync(join(home, 'tmp'))
// Some tests act as another user, who must get through.
chmodSync(home, 0o755)
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(?:HERMES_|S6_)/.test(name)))
Object.assign(environment, {HERMES_HOME: join(home, '.hermes'), HOME: home, NO_COLOR: '1', TMPDIR: join(home, 'tmp')})
// A private certificate costs every start of Node 20 some 30 ms and nothing here talks to the world.
delete environment.NODE_EXTRA_CA_CERTS

/** Runs one command, shows what it prints and keeps it. */
function run([file, ...args]) {
  return new Promise((resolve) => {
    const child = spawn(file, args, {cwd: root, env: environment, stdio: ['ignore', 'pipe', 'inherit']})
    let output = ''
    child.stdout.setEncoding('utf8')
    child.stdout.on('data', (text) => {
      output += text
      process.stdout.write(text)
    })
    child.on('close', (code) => resolve({code, output}))
  })
}

const counted = (output, word) => Number(new RegExp(`^\\s*(\\d+) ${word}\\b`, 'm').exec(output)?.[1] ?? 0)

async function runTier(tier) {
  const total = {failed: 0, passed: 0, pending: 0}
  for (const step of tier.steps) {
    const {code, output} = await run(step)
    if (!tier.mocha) {
      if (code === 0) continue
      return {...total, failed: 1}
    }

    total.passed += counted(output, 'passing')
    total.failed += counted(output, 'failing')
    total.pending += counted(output, 'pending')
    // Mocha that died, or found no test, has failed whatever it printed.
    if (total.failed === 0 && (code !== 0 || total.passed === 0)) total.failed = 1
  }

  return tier.mocha ? total : {...total, passed: 1}
}

const missing = setUp(['s6-svscan', 'strace'])
const chosen = process.argv.slice(2)
const unknown = chosen.filter((name) => !TIERS.some((tier) => tier.name === name))
if (unknown.length > 0) {
  console.error(`No such tier: ${unknown.join(', ')}. There are: ${TIERS.map(({name}) => name).join(', ')}`)
  process.exit(2)
}

const sum = {failed: 0, passed: 0, skipped: 0}
const skippedTiers = []
const failedTiers = []
for (const tier of TIERS.filter(({name}) => chosen.length === 0 || chosen.includes(name))) {
  const lacking = (tier.needs ?? []).filter((program) => missing.includes(program))
  if (lacking.length > 0) {
    skippedTiers.push(`${tier.name} (needs ${lacking.join(', ')})`)
    sum.skipped++
    continue
  }

  console.log(`\n== ${tier.name}`)
  const began = Date.now()
  const {failed, passed, pending} = await runTier(tier)
  sum.failed += failed
  sum.passed += passed
  sum.skipped += pending
  if (failed > 0) failedTiers.push(tier.name)
  console.log(`== ${tier.name}: ${passed} passed, ${failed} failed, ${pending} skipped, ${((Date.now() - began) / 1000).toFixed(1)} s`)
}

/** Processes that work in the run's own directory or name it, and outlived their test: a test that leaves one has failed. */
function leftOver() {
  const names = process.platform === 'linux' ? readdirSync('/proc').filter((name) => /^\d+$/.test(name)) : []
  return names.flatMap((pid) => {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
      return words.includes(home) || readlinkSync(`/proc/${pid}/cwd`).startsWith(home) ? [{pid: Number(pid), words}] : []
    } catch {
      return []
    }
  })
}

const left = leftOver()
for (const {pid, words} of left) {
  console.error(`left running by a test: ${pid} ${words}`)
  process.kill(pid, 'SIGKILL')
}

if (left.length > 0) {
  sum.failed++
  failedTiers.push('processes left over')
}

rmSync(home, {force: true, recursive: true})
if (skippedTiers.length > 0) console.log(`\nTiers skipped: ${skippedTiers.join('; ')}`)
if (failedTiers.length > 0) console.log(`\nTiers failed: ${failedTiers.join(', ')}`)
if (skippedTiers.length > 0 && process.env.HERMES_TEST_REQUIRE_ALL === '1') sum.failed++
console.log(`\n${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`)
process.exitCode = sum.failed > 0 ? 1 : 0
