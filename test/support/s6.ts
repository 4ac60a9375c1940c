import type {Host, ServiceSpec} from '@hermes-cli/service-manager'

import {spawn} from 'node:child_process'
import {existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {hostFacts} from '#hermes/host/environment.js'
import {exec} from '#hermes/host/exec.js'
import {createHost} from '#hermes/host/host.js'
import {identify} from '#hermes/host/process.js'

import {fixture} from './directories.js'
import {mountTmpfs, unmount} from './mounts.js'
import {until} from './wait.js'

/** A real s6-svscan on a scan directory of its own, in a home of its own. */
export interface PrivateTree {
  readonly scandir: string
  readonly home: string
  /** For createHost and for child processes: makes hermes use this tree and no other. */
  readonly environment: Record<string, string>
  host(overrides?: Partial<Host>): Host
  /** Starts s6-svscan; done by privateTree() unless told otherwise. */
  start(): Promise<void>
  /** kill -9 of s6-svscan and of everything in the tree at once, as when the power fails. */
  kill(options?: {readonly only?: 'svscan'}): Promise<void>
  /** Processes, dead ones aside, whose current directory lies in the home. */
  processes(): readonly number[]
  /** Ends the tree with all services, waits until nothing of it runs, deletes the home. */
  dispose(): Promise<void>
}

interface TreeOptions {
  readonly start?: boolean
  readonly svscan?: readonly string[]
  /** The scan directory is a file system of its own, mounted with these options. */
  readonly mount?: string
}

export async function privateTree(options: TreeOptions = {}): Promise<PrivateTree> {
  const home = mkdtempSync(join(tmpdir(), 'hermes-s6-'))
  const scandir = join(home, 'service')
  mkdirSync(scandir)
  if (options.mount !== undefined) mountTmpfs(scandir, options.mount)
  const environment = {...(process.env as Record<string, string>), HERMES_HOME: home, HERMES_S6_SCANDIR: scandir}
  const facts = hostFacts(environment, home)
  const control = join(scandir, '.s6-svscan', 'control')
  let svscan: number | undefined

  const tree: PrivateTree = {
    async dispose() {
      await dispose(tree, control)
      if (options.mount !== undefined) unmount(scandir)
      rmSync(home, {force: true, maxRetries: 5, recursive: true})
    },
    environment,
    home,
    host: (overrides) => ({...createHost({environment, home}), ...overrides}),
    async kill({only} = {}) {
      const victims = only ? [svscan!] : [svscan!, ...tree.processes()]
      killAll(victims)
      await until('the tree is dead', () => victims.every((pid) => !identify(pid)))
    },
    processes: () => processesIn(home),
    scandir,
    async start() {
      const child = spawn('s6-svscan', [...(options.svscan ?? []), scandir], {
        cwd: home,
        env: {HERMES_HOME: home, PATH: process.env.PATH},
        stdio: 'ignore',
      })
      svscan = child.pid
      await until('s6-svscan listens', () => facts.probeFifo(control) === 'live')
    },
  }
  if (options.start !== false) await tree.start()
  return tree
}

async function dispose(tree: PrivateTree, control: string): Promise<void> {
  for (const scandir of [tree.scandir, join(tree.home, 'run', 'service')]) {
    if (existsSync(join(scandir, '.s6-svscan'))) await exec('s6-svscanctl', ['-t', scandir])
  }

  const facts = hostFacts({}, tree.home)
  const isOver = () => facts.probeFifo(control) !== 'live' && tree.processes().length === 0
  await until('the tree ends', isOver, 5000).catch(async () => {
    killAll(tree.processes())
    await until('the tree is dead', isOver)
  })
}

function killAll(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It was faster.
    }
  }
}

/** Looked up in /proc by current directory: independent of what any supervisor says. */
export function processesIn(directory: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const cwd = readlinkSync(`/proc/${pid}/cwd`)
        return (cwd === directory || cwd.startsWith(`${directory}/`)) && identify(pid) !== undefined
      } catch {
        return false
      }
    })
}

/** A spec that runs test/fixtures/service.sh; what happens is found in `report(tree, id)`. */
export function serviceSpec(
  tree: Pick<PrivateTree, 'home'>,
  id: string,
  words: readonly string[] = ['obedient'],
  more: Partial<ServiceSpec> = {},
): ServiceSpec {
  const [behaviour, ...rest] = words
  return {
    command: [fixture('service.sh'), behaviour!, reportFile(tree, id), ...rest],
    description: `test service ${id}`,
    environment: {HERMES_HOME: tree.home, PATH: process.env.PATH!},
    home: tree.home,
    id,
    logDirectory: `logs/gateways/${id}`,
    readiness: 'fd',
    stopSeconds: 5,
    workingDirectory: tree.home,
    ...more,
  }
}

export const reportFile = (tree: Pick<PrivateTree, 'home'>, id: string): string => join(tree.home, `${id}.report`)

export function report(tree: Pick<PrivateTree, 'home'>, id: string): readonly string[] {
  try {
    return readFileSync(reportFile(tree, id), 'utf8').trim().split('\n')
  } catch {
    return []
  }
}

/** How often the service was started. */
export const starts = (tree: Pick<PrivateTree, 'home'>, id: string): number =>
  report(tree, id).filter((line) => line.startsWith('start')).length
