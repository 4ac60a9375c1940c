import {execFile, spawn} from 'node:child_process'
import {accessSync, closeSync, constants, openSync, renameSync, statSync, writeFileSync} from 'node:fs'
import {basename, delimiter, dirname, join} from 'node:path'
import {createInterface} from 'node:readline'
import {setTimeout as delay} from 'node:timers/promises'

import type {ExecOptions, ExecResult, FifoState, Host, HostFacts} from '../host.js'
import {shellCommand} from '../shell.js'
import {readSmall} from '../small-file.js'

/** What the host of a harness stands for. */
export interface RealHostOptions {
  /** HERMES_HOME, absolute: the one the kit gave to `create`. */
  readonly home: string
  /** All that the backend sees of an environment; give it the PATH. Programs get it too. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Default: nowhere. */
  readonly warn?: (message: string) => void
}

/** The machine as it is, as hermes hands it to a backend: for the `create` of a harness. */
export function realHost({environment, home, warn = () => {}}: RealHostOptions): Host {
  return {
    ...facts(environment, home),
    exec: (file, args, options) =>
      exec(file, args, {...options, environment: {...(environment as Record<string, string>), ...options?.environment}}),
    now: () => Date.now(),
    async sleep(milliseconds, signal) {
      await delay(milliseconds, undefined, signal ? {signal} : {})
    },
    async spawnDetached(file, args, {cwd, environment: env, stderrFile}) {
      const stderr = stderrFile === undefined ? 'ignore' : openSync(stderrFile, 'a', 0o600)
      const child = spawn(file, [...args], {cwd, detached: true, env: {...env}, stdio: ['ignore', 'ignore', stderr]})
      if (typeof stderr === 'number') closeSync(stderr)
      await new Promise((resolve, reject) => {
        child.once('spawn', resolve).once('error', reject)
      })
      child.unref()
      return child.pid!
    },
    stream,
    warn,
    async writeFileAtomic(path, text, mode) {
      const temporary = join(dirname(path), `.${basename(path).slice(0, 200)}.${process.pid}.${Math.random().toString(36).slice(2)}`)
      writeFileSync(temporary, text, {flag: 'wx', flush: true, mode})
      renameSync(temporary, path)
    },
  }
}

function facts(environment: RealHostOptions['environment'], home: string): HostFacts {
  return {
    environment,
    findProgram: (name, first = []) =>
      [...first, ...(environment.PATH ?? '').split(delimiter)]
        .filter(Boolean)
        .map((directory) => join(directory, name))
        .find((path) => isProgram(path)),
    home,
    isDirectory: (path) => statSync(path, {throwIfNoEntry: false})?.isDirectory() ?? false,
    platform: process.platform,
    probeFifo,
    readText: (path) => readSmall(path, {follow: true}),
    uid: process.geteuid?.() ?? -1,
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

/** Opening a FIFO for writing without waiting tells whether someone reads it (fifo(7)): ENXIO when nobody does. */
function probeFifo(path: string): FifoState {
  try {
    if (!statSync(path).isFIFO()) return 'absent'
    closeSync(openSync(path, constants.O_WRONLY | constants.O_NONBLOCK))
    return 'live'
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException
    if (code === 'ENXIO') return 'dead'
    return code === 'EACCES' || code === 'EPERM' ? 'denied' : 'absent'
  }
}

function exec(file: string, args: readonly string[], {cwd, environment, input = '', timeout = 30_000}: ExecOptions): Promise<ExecResult> {
  return new Promise((resolve) => {
    const child = execFile(file, [...args], {cwd, env: environment, killSignal: 'SIGKILL', timeout}, (error, stdout, stderr) => {
      const exitCode = error ? (typeof error.code === 'number' ? error.code : -1) : 0
      const why = typeof error?.code === 'string' ? `${error.message}\n` : ''
      resolve({command: shellCommand([file, ...args]), exitCode, stderr: why + stderr, stdout, timedOut: error?.killed === true})
    })
    child.stdin?.on('error', () => {})
    child.stdin?.end(input)
  })
}

async function* stream(file: string, args: readonly string[], {signal}: {readonly signal?: AbortSignal} = {}): AsyncGenerator<string> {
  const child = spawn(file, [...args], {stdio: ['ignore', 'pipe', 'ignore']})
  const end = () => child.kill('SIGTERM')
  child.on('error', () => child.stdout.destroy())
  signal?.addEventListener('abort', end, {once: true})
  if (signal?.aborted) end()
  try {
    yield* createInterface({crlfDelay: Number.POSITIVE_INFINITY, input: child.stdout})
  } finally {
    signal?.removeEventListener('abort', end)
    end()
  }
}
