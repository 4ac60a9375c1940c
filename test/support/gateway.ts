import {spawn, type ChildProcess} from 'node:child_process'
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {createServer} from 'node:net'
import {join} from 'node:path'

import {identify} from '#hermes/host/process.js'

import {fixture, temporaryDirectory} from './directories.js'
import {until} from './wait.js'

/** A port nobody listens on at the moment. */
export const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve((address as {port: number}).port))
    })
  })

export interface Home {
  readonly home: string
  readonly directory: string
  readonly port: number
  readonly file: (name: string) => string
  readonly json: (name: string) => Record<string, unknown>
  readonly state: () => Record<string, unknown>
}

/** A home with one profile `coder`. `gateway` is what stands under `gateway:` in its configuration, as JSON. */
export async function makeHome(gateway?: Record<string, unknown>): Promise<Home> {
  const home = temporaryDirectory()
  const directory = join(home, 'profiles', 'coder')
  const port = await freePort()
  mkdirSync(directory, {recursive: true})
  const file = (name: string) => join(directory, name)
  writeFileSync(file('SOUL.md'), '# coder\n')
  writeFileSync(file('config.yaml'), JSON.stringify({port, ...(gateway ? {gateway} : {})}))
  const json = (name: string) => JSON.parse(readFileSync(file(name), 'utf8')) as Record<string, unknown>
  return {directory, file, home, json, port, state: () => json('gateway_state.json')}
}

/** argv of a fixture program. */
export const program = (name: string, ...args: string[]): string[] => [process.execPath, fixture(`gateway-${name}.mjs`), ...args]

export interface Gateway {
  readonly child: ChildProcess
  readonly pid: number
  readonly stderr: () => string
  readonly stdout: () => string
  /** What came through the readiness descriptor. */
  readonly notified: () => string
  /** Exit code, or the name of the signal that killed it. */
  readonly exited: Promise<number | string>
  readonly ready: () => Promise<unknown>
  readonly signal: (name: NodeJS.Signals) => void
}

const started: Gateway[] = []
const programs = new Set<number>()

/** Starts the gateway of `coder` as a supervisor does, or in the foreground. */
export function startGateway(
  {home}: Pick<Home, 'home'>,
  options: {args?: string[]; environment?: Record<string, string>; supervised?: boolean; wrapper?: string[]} = {},
): Gateway {
  const {args = ['-p', 'coder', 'gateway', 'run'], environment = {}, supervised = true, wrapper = []} = options
  const [file, ...rest] = [...wrapper, process.execPath, fixture('gateway-entry.mjs'), ...args]
  const ours = supervised ? {HERMES_NOTIFY_FD: '3', HERMES_SUPERVISED: '1'} : {HERMES_PROFILE: 'coder'}
  const child = spawn(file!, rest, {
    env: {HERMES_HOME: home, PATH: process.env.PATH, ...ours, ...environment},
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  })
  const text = {notified: '', stderr: '', stdout: ''}
  const keep = (name: keyof typeof text, index: number) =>
    (child.stdio[index] as NodeJS.ReadableStream).on('data', (chunk: Buffer) => {
      text[name] += chunk.toString()
    })
  keep('stdout', 1)
  keep('stderr', 2)
  keep('notified', 3)
  const exited = new Promise<number | string>((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 'unknown'))
  })
  const gateway: Gateway = {
    child,
    exited,
    notified: () => text.notified,
    pid: child.pid!,
    ready: () => until(`ready (stderr: ${text.stderr})`, () => text.notified === '\n' || /is (running|degraded)/.test(text.stderr)),
    signal: (name) => child.kill(name),
    stderr: () => text.stderr,
    stdout: () => text.stdout,
  }
  started.push(gateway)
  return gateway
}

/** A pid to be ended after the test should it still live: a program that printed it, an orphan. */
export const endAfterwards = (pid: number): number => {
  programs.add(pid)
  return pid
}

/** Call once at the top level of a test file. */
export function cleanUpGateways(): void {
  afterEach(async () => {
    for (const {child, exited, stdout} of started.splice(0)) {
      // Programs say their pid; one of a gateway that a failed test left to be killed would stay behind.
      for (const [, pid] of stdout().matchAll(/^(?:pid|grandchild) (\d+)$/gm)) programs.add(Number(pid))
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGINT')
      const over = await Promise.race([
        exited,
        new Promise((resolve) => {
          setTimeout(resolve, 3000)
        }),
      ])
      if (over === undefined) child.kill('SIGKILL')
    }

    for (const pid of programs) if (identify(pid)) process.kill(pid, 'SIGKILL')
    programs.clear()
  })
}

export const isGone = (pid: number): boolean => identify(pid) === undefined
