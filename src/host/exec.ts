import type {DetachedOptions, ExecOptions, ExecResult} from '@hermes-cli/service-manager'

import {execFile, spawn} from 'node:child_process'
import {closeSync, openSync} from 'node:fs'
import {createInterface} from 'node:readline'

const DEFAULT_TIMEOUT = 30_000
const MAX_OUTPUT = 16 * 1_048_576

/** The command as it could be pasted into a POSIX shell. */
function pasteable(file: string, args: readonly string[]): string {
  return [file, ...args].map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`)).join(' ')
}

/** Runs a program without a shell and tells how it went. Does not throw for an exit code or a missing program. */
export function exec(file: string, args: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
  const {cwd, environment, input, timeout = DEFAULT_TIMEOUT} = options
  const command = pasteable(file, args)
  return new Promise((resolve) => {
    const child = execFile(
      file,
      [...args],
      {
        cwd,
        env: environment ? {...process.env, ...environment} : process.env,
        killSignal: 'SIGKILL',
        maxBuffer: MAX_OUTPUT,
        timeout,
        windowsHide: true,
      },
      (error, stdout, stderr) => {
        const code = error ? (typeof error.code === 'number' ? error.code : -1) : 0
        const note = error && typeof error.code === 'string' ? `${error.message}\n` : ''
        resolve({command, exitCode: code, stderr: note + stderr, stdout, timedOut: Boolean(error?.killed)})
      },
    )
    // A program that ends before it has read its input is judged by its exit code, not by our EPIPE.
    child.stdin?.on('error', () => {})
    child.stdin?.end(input ?? '')
  })
}

/** Lines of a program's stdout as they come. The program is ended when the reader stops or `signal` aborts. */
export async function* stream(
  file: string,
  args: readonly string[],
  options: {readonly signal?: AbortSignal} = {},
): AsyncGenerator<string> {
  const child = spawn(file, [...args], {stdio: ['ignore', 'pipe', 'ignore'], windowsHide: true})
  const failed = new Promise<never>((_, reject) => {
    child.once('error', reject)
  })
  failed.catch(() => {})
  const end = () => child.kill('SIGTERM')
  options.signal?.addEventListener('abort', end, {once: true})
  if (options.signal?.aborted) end()
  try {
    const lines = createInterface({crlfDelay: Number.POSITIVE_INFINITY, input: child.stdout})[Symbol.asyncIterator]()
    for (;;) {
      const next = await Promise.race([lines.next(), failed])
      if (next.done) return
      yield next.value
    }
  } finally {
    options.signal?.removeEventListener('abort', end)
    end()
  }
}

/** Starts a program in a session of its own, with exactly this environment. Resolves with its pid once it has been started. */
export function spawnDetached(file: string, args: readonly string[], options: DetachedOptions): Promise<number> {
  const stderr = options.stderrFile ? openSync(options.stderrFile, 'a', 0o600) : 'ignore'
  return new Promise<number>((resolve, reject) => {
    const child = spawn(file, [...args], {
      cwd: options.cwd,
      detached: true,
      env: {...options.environment},
      stdio: ['ignore', 'ignore', stderr],
    })
    child.once('error', reject)
    child.once('spawn', () => {
      child.unref()
      resolve(child.pid!)
    })
  }).finally(() => {
    if (typeof stderr === 'number') closeSync(stderr)
  })
}
