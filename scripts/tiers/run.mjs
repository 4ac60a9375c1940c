// Runs one tier and says what came of it.
import {join} from 'node:path'

import {lastLines, root, run, Unavailable} from '../lib/process.mjs'
import {readReport} from './failures.mjs'

const NOTHING = {failures: [], output: '', passed: 0, pending: 0}

async function runMocha(folder, {environment, home, prefix = [], quiet, reports = home, signal}) {
  const report = join(reports, `${folder}.report`)
  const reporter = ['--reporter', 'scripts/tiers/reporter.mjs', '--reporter-option', `file=${report}`]
  const command = [
    ...prefix,
    process.execPath,
    join(root, 'node_modules/mocha/bin/mocha.js'),
    ...reporter,
    `.build/test/${folder}/**/*.test.js`,
  ]
  const {code, output} = await run(command, {env: environment, quiet, signal})
  const {ended, ...total} = readReport(report)
  // Mocha that died, or found no test, has failed whatever it printed.
  const said = total.failures.length > 0 || (code === 0 && total.passed > 0)
  if (!ended || !said) total.failures.push({error: lastLines(output), title: `mocha ended with exit code ${code}`})
  return {...total, output}
}

async function runSteps(steps, {environment, quiet, signal}) {
  const printed = []
  for (const step of steps) {
    const {code, output} = await run(step, {env: environment, quiet, signal})
    printed.push(output)
    if (code !== 0)
      return {
        ...NOTHING,
        failures: [{error: lastLines(output), title: step.slice(1, 3).join(' ').replaceAll(`${root}/`, '')}],
        output: printed.join(''),
      }
  }

  return {...NOTHING, output: printed.join(''), passed: 1}
}

async function runPrepared(tier, context) {
  return tier.folder ? runMocha(tier.folder, context) : runSteps(tier.steps, context)
}

/** `{failures, output, passed, pending}`, or `{skipped: reason}`. `context.quiet`: what it prints is only returned. */
export async function runTier(tier, context) {
  if (!tier.prepare) return runPrepared(tier, context)
  let prepared
  try {
    prepared = await tier.prepare(context)
  } catch (error) {
    if (error instanceof Unavailable) return {skipped: context.signal.aborted ? 'the run was ended' : error.message}
    return {...NOTHING, failures: [{error: error.message, title: 'its preparation'}]}
  }

  const {environment, prefix, reports} = prepared
  const inside = {...context, environment: {...context.environment, ...environment}, prefix, reports}
  const total = await runPrepared(tier, inside)
  const left = await prepared.stop()
  if (left.length > 0 && !context.signal.aborted)
    total.failures.push({error: left.join('\n'), title: 'containers or volumes left by a test'})
  return total
}
