// Whole-process timing, A B C A B C …, medians and ratios. Absolute times are of this machine and this minute only.
import {spawnSync} from 'node:child_process'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

export const root = join(fileURLToPath(import.meta.url), '../..')
export const bin = join(root, 'bin/run.js')

export function cleanEnvironment(extra = {}) {
  const kept = Object.entries(process.env).filter(([name]) => !/^(?:HERMES_|S6_|NODE_)/.test(name))
  return {...Object.fromEntries(kept), ...extra}
}

/** Runs a program and fails loudly. Returns milliseconds. */
export function timed(file, args, env) {
  const began = process.hrtime.bigint()
  const result = spawnSync(file, args, {encoding: 'utf8', env})
  const milliseconds = Number(process.hrtime.bigint() - began) / 1e6
  if (result.status !== 0) throw new Error(`${file} ${args.join(' ')} exited with ${result.status}: ${result.stderr}${result.stdout}`)
  return milliseconds
}

export const hermes = (env, ...args) => timed(process.execPath, [bin, ...args], env)

export const hermesJson = (env, ...args) => {
  const result = spawnSync(process.execPath, [bin, ...args, '--json'], {encoding: 'utf8', env, maxBuffer: 1e8})
  if (result.status !== 0) throw new Error(`hermes ${args.join(' ')}: ${result.stderr}${result.stdout}`)
  return JSON.parse(result.stdout)
}

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** Takes each case in turn, `rounds` times after one warm-up, and prints medians with their ratio to the last case. */
export function compare(title, cases, rounds) {
  const times = cases.map(() => [])
  for (let round = -1; round < rounds; round++) {
    for (const [index, {prepare, run}] of cases.entries()) {
      prepare?.()
      const milliseconds = run()
      if (round >= 0) times[index].push(milliseconds)
    }
  }

  const medians = times.map((list) => median(list))
  const base = medians.at(-1)
  console.log(`\n${title} (${rounds} rounds, median [min-max] ms, ratio to the last row)`)
  for (const [index, {name}] of cases.entries()) {
    const list = times[index]
    const range = `[${Math.min(...list).toFixed(1)}-${Math.max(...list).toFixed(1)}]`
    console.log(`  ${name.padEnd(34)} ${medians[index].toFixed(1).padStart(8)} ${range.padEnd(18)} ${(medians[index] / base).toFixed(2)}x`)
  }

  return medians
}
