// `npm test`: sets up what is missing, then every tier that can run here. A tier that cannot is skipped by name.
// Arguments: names of tiers to run alone. HERMES_TEST_REQUIRE_ALL=1: a skipped tier is a failure (CI).
import {chmodSync, mkdirSync, mkdtempSync, rmSync} from 'node:fs'
import {constants, tmpdir} from 'node:os'
import {join} from 'node:path'

import {setUp} from './setup.mjs'
import {describeFailures} from './tiers/failures.mjs'
import {endLeftOver} from './tiers/leftovers.mjs'
import {runTier} from './tiers/run.mjs'
import {chooseTiers} from './tiers/table.mjs'

/** A home of its own, so that no test ever meets the one of whoever runs it. */
function makeHome() {
  const home = mkdtempSync(join(tmpdir(), 'hermes-test-'))
  mkdirSync(join(home, 'tmp'))
  // Some tests act as another user, who must get through.
  chmodSync(home, 0o755)
  return home
}

function environmentIn(home) {
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(?:HERMES_|S6_)/.test(name)))
  Object.assign(environment, {
    HERMES_HOME: join(home, '.hermes'),
    HOME: home,
    NO_COLOR: '1',
    TMPDIR: join(home, 'tmp'),
    XDG_RUNTIME_DIR: home,
  })
  // A private certificate costs every start of Node 20 some 30 ms and nothing here talks to the world.
  delete environment.NODE_EXTRA_CA_CERTS
  return environment
}

/** Ends what runs when the run is told to end, so that everything that was started is stopped. */
function listenForSignals() {
  const stopping = new AbortController()
  for (const name of ['SIGHUP', 'SIGINT', 'SIGTERM']) process.on(name, () => stopping.abort(name))
  return stopping.signal
}

const sum = {failures: [], passed: 0, skipped: 0}
const skippedTiers = []

async function runOne(tier, missing, context) {
  const lacking = tier.needs.filter((program) => missing.includes(program))
  if (lacking.length > 0) {
    skippedTiers.push(`${tier.name} (needs ${lacking.join(', ')})`)
    return
  }

  console.log(`\n== ${tier.name}`)
  const began = Date.now()
  const {failures, output, passed, pending, skipped} = await runTier(tier, context)
  const seconds = ((Date.now() - began) / 1000).toFixed(1)
  if (context.quiet && output) console.log(`\n== ${tier.name} printed\n${output.trimEnd()}`)
  if (skipped) {
    skippedTiers.push(`${tier.name} (${skipped})`)
    console.log(`== ${tier.name}: skipped, ${seconds} s`)
    return
  }

  sum.failures.push(...failures.map((failure) => ({...failure, tier: tier.name})))
  sum.passed += passed
  sum.skipped += pending
  console.log(`== ${tier.name}: ${passed} passed, ${failures.length} failed, ${pending} skipped, ${seconds} s`)
}

/** The first ones alone, the two other lanes beside each other: what they print comes in one piece then. */
async function runAll(tiers, missing, context) {
  const lane = async (name, quiet) => {
    for (const tier of tiers.filter((one) => one.lane === name)) {
      if (context.signal.aborted) return
      await runOne(tier, missing, {...context, quiet})
    }
  }

  const both = tiers.some((tier) => tier.lane === 'packing') && tiers.some((tier) => tier.lane === undefined)
  await lane('first', false)
  await Promise.all([lane('packing', both), lane(undefined, both)])
}

const tiers = await chooseTiers(process.argv.slice(2))
const missing = setUp([...new Set(tiers.flatMap(({needs}) => needs))])
const home = makeHome()
const signal = listenForSignals()
await runAll(tiers, missing, {environment: environmentIn(home), home, signal})

const left = endLeftOver(home)
if (left.length > 0) sum.failures.push({error: left.join('\n'), tier: 'all', title: 'processes left running by a test'})
if (signal.aborted) sum.failures.push({error: 'What had not run did not run.', tier: 'all', title: `ended by ${signal.reason}`})
rmSync(home, {force: true, recursive: true})

const failed = sum.failures.length
if (skippedTiers.length > 0) console.log(`\nTiers skipped: ${skippedTiers.join('; ')}`)
if (failed > 0) console.log(`\n${describeFailures(sum.failures)}`)
if (failed > 0) console.log(`\nTiers failed: ${[...new Set(sum.failures.map(({tier}) => tier))].join(', ')}`)
const required = skippedTiers.length > 0 && process.env.HERMES_TEST_REQUIRE_ALL === '1' ? 1 : 0
console.log(`\n${sum.passed} passed, ${failed + required} failed, ${sum.skipped + skippedTiers.length} skipped`)
process.exitCode = signal.aborted ? 128 + constants.signals[signal.reason] : failed + required > 0 ? 1 : 0
