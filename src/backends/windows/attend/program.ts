import type {ServiceSpec} from '@hermes-cli/service-manager'

import {execFile, spawn} from 'node:child_process'

import {lineSplitter, type LogFile} from './log-file.js'
import type {Exit} from './rules.js'

export interface Program {
  readonly pid: number
  readonly exited: Promise<Exit>
  /** It and all below it, at once. */
  kill(): Promise<void>
}

/** Milliseconds taskkill may take. */
const KILL_PATIENCE = 5000
/** Milliseconds for what a program that has ended wrote last. */
const DRAIN = 1000

/** Names of variables mean the same in any case on Windows. What the spec says comes first; what is ours stays here. */
export function environmentFor(
  inherited: Readonly<Record<string, string | undefined>>,
  spec: Pick<ServiceSpec, 'environment'>,
  stop: string,
): Record<string, string> {
  const own: Record<string, string> = {...spec.environment, HERMES_STOP_FILE: stop}
  const taken = new Set(Object.keys(own).map((name) => name.toUpperCase()))
  const rest = Object.entries(inherited).filter(([name, value]) => value !== undefined && !taken.has(name.toUpperCase()))
  return {...(Object.fromEntries(rest) as Record<string, string>), ...own}
}

/** Without a window. Rejects when it cannot be run. */
export function startProgram(spec: ServiceSpec, environment: Record<string, string>, taskkill: string, log: LogFile): Promise<Program> {
  const [file, ...args] = spec.command
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {cwd: spec.workingDirectory, env: environment, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true})
    for (const stream of [child.stdout, child.stderr]) {
      const lines = lineSplitter((line) => log.write(line))
      stream.on('data', (chunk: Buffer) => lines.push(chunk))
      stream.on('error', () => {})
      stream.once('end', () => lines.end())
    }

    const exited = new Promise<Exit>((settle) => {
      const drained = new Promise((resolve) => {
        child.once('close', resolve)
      })
      child.once('exit', (code, signal) => {
        // Its last words may be in the pipe still; what it left behind may hold that for ever.
        const patience = setTimeout(() => settle({code, signal}), DRAIN)
        drained.then(() => {
          clearTimeout(patience)
          settle({code, signal})
        })
      })
    })
    child.once('error', reject)
    child.once('spawn', () => {
      const pid = child.pid!
      resolve({
        exited,
        async kill() {
          // While it lives its pid is its own, and leads to what it started.
          if (child.exitCode === null && child.signalCode === null) await run(taskkill, ['/T', '/F', '/PID', String(pid)])
          child.kill('SIGKILL')
        },
        pid,
      })
    })
  })
}

const run = (file: string, args: string[]): Promise<void> =>
  new Promise((resolve) => {
    execFile(file, args, {timeout: KILL_PATIENCE, windowsHide: true}, () => resolve())
  })
