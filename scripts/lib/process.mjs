// Running programs from scripts: what they print is shown and kept, and an abort ends them.
import {spawn} from 'node:child_process'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

export const root = join(fileURLToPath(import.meta.url), '../../..')

export const lastLines = (text, count = 15) => text.trimEnd().split('\n').slice(-count).join('\n')

/** Something this machine cannot do, which is no fault of what is tested. The message is the reason. */
export class Unavailable extends Error {}

/**
 * Never throws for what the program does: `code` is null when a signal ended it, 127 when it could not be started.
 * Standard error is in `output` too, not in `stdout`.
 */
export function run([file, ...args], {cwd = root, env = process.env, killSignal = 'SIGTERM', quiet = false, signal, timeout} = {}) {
  return new Promise((resolve) => {
    const child = spawn(file, args, {cwd, env, killSignal, signal, stdio: ['ignore', 'pipe', 'pipe'], timeout})
    const result = {code: null, output: '', stdout: ''}
    for (const name of ['stdout', 'stderr']) {
      child[name].setEncoding('utf8').on('data', (text) => {
        result.output += text
        if (name === 'stdout') result.stdout += text
        if (!quiet) process[name].write(text)
      })
    }

    child.on('error', (error) => {
      result.output += `${file}: ${error.message}\n`
      if (child.pid === undefined) resolve({...result, code: 127})
    })
    // A process left behind may keep the pipes open for ever.
    child.on('exit', () => setTimeout(() => [child.stdout, child.stderr].map((stream) => stream.destroy()), 2000).unref())
    child.on('close', (code) => resolve({...result, code}))
  })
}

/** Like run(), and throws with its last words when it fails. */
export async function must(what, command, options) {
  const result = await run(command, options)
  if (result.code === 0) return result
  const said = options?.quiet ? `:\n${lastLines(result.output)}` : ''
  throw new Error(`${what} failed (${command.slice(0, 3).join(' ')}, exit code ${result.code})${said}`)
}

/** Does it, and says how long that took. */
export async function timed(what, act) {
  const began = Date.now()
  const result = await act()
  console.log(`   ${what}: ${((Date.now() - began) / 1000).toFixed(1)} s`)
  return result
}
