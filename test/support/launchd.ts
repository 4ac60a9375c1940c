import type {Host, Scope} from '@hermes-cli/service-manager'

import {execFileSync, spawn, type ChildProcess} from 'node:child_process'
import {once} from 'node:events'
import {mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {createHost} from '#hermes/host/host.js'

import {root} from './directories.js'
import {familyOf, killAll} from './processes.js'

const STAND_IN = join(root, 'test/stand-ins/launchd')

export interface StandInOptions {
  readonly scope?: Scope
  /** Which there are, and from which directory each is filled at a boot or login. Default: one, from the test's own. */
  readonly domains?: readonly string[]
  /** Of who calls launchctl; 0 by default in the system scope. */
  readonly caller?: number
  /** Milliseconds a job that has ended is still there. */
  readonly drain?: number
  /** Milliseconds from loading to spawning. */
  readonly spawnDelay?: number
  /** What bootout exits with although it does its work. */
  readonly bootoutCode?: number
  /** What every job is given. */
  readonly environment?: Readonly<Record<string, string>>
  /** What the seconds of ThrottleInterval are multiplied with, so that tests need not wait for them. Default 0.02. */
  readonly throttle?: number
}

/** Who we are towards launchd: an agent's domain is never root's. */
export const UID = process.getuid?.() || 501

/** One Mac that is played: test/stand-ins/launchd. */
export class StandIn {
  private daemon: ChildProcess | undefined

  constructor(
    private readonly directory: string,
    readonly scope: Scope,
  ) {}

  get plists(): string {
    return join(this.directory, 'plists')
  }

  get launchctl(): string {
    return join(this.directory, 'bin/launchctl')
  }

  hostFor(home: string, warn: (message: string) => void = () => {}): Host {
    const environment = {HERMES_HOME: home, HERMES_LAUNCHD_DIRECTORY: this.plists, PATH: `${this.directory}/bin:${process.env.PATH}`}
    const host = createHost({environment, home, warn})
    const findProgram: Host['findProgram'] = (name, first) => (name === 'launchctl' ? this.launchctl : host.findProgram(name, first))
    return {...host, findProgram, platform: 'darwin', scope: this.scope, uid: this.scope === 'system' ? 0 : UID}
  }

  /** The lines of every call so far. */
  calls = (): string[] => readFileSync(join(this.directory, 'calls.log'), 'utf8').trim().split('\n')

  /** Of the first definition there is. */
  firstTarget(): string {
    const [name] = readdirSync(this.plists)
    return `${this.scope === 'system' ? 'system' : `gui/${UID}`}/${name!.replace(/\.plist$/, '')}`
  }

  run = (...words: string[]): string => execFileSync(this.launchctl, words, {encoding: 'utf8'})
  /** The next call of that verb is refused with this code; with `run` it does its work all the same. */
  fault = (verb: string, code: number, run?: 'run'): string => this.run('stand-in', 'fault', verb, String(code), ...(run ? [run] : []))

  /** The power fails, whatever it runs with it, and comes back. */
  async reboot(): Promise<void> {
    await this.powerCut(familyOf(this.daemon!.pid!))
    await this.boot()
  }

  async boot(): Promise<void> {
    const daemon = spawn(process.execPath, [join(STAND_IN, 'launchd.mjs'), this.directory], {stdio: ['pipe', 'pipe', 'inherit']})
    this.daemon = daemon
    await Promise.race([
      once(daemon.stdout!, 'data'),
      once(daemon, 'exit').then(() => {
        throw new Error('the stand-in launchd ended')
      }),
    ])
  }

  /** Everything of it ends at once, and nobody is asked. */
  async powerCut(processes: readonly number[] = []): Promise<void> {
    await killAll([this.daemon!.pid!, ...processes])
    this.daemon = undefined
  }

  async dispose(): Promise<void> {
    const {daemon} = this
    this.daemon = undefined
    if (daemon && daemon.exitCode === null) {
      daemon.kill('SIGTERM')
      await once(daemon, 'exit')
    }

    rmSync(this.directory, {force: true, maxRetries: 10, recursive: true, retryDelay: 50})
  }
}

export async function standInLaunchd(options: StandInOptions = {}): Promise<StandIn> {
  const {scope = 'user', domains = scope === 'user' ? [`gui/${UID}`] : ['system'], ...rest} = options
  const directory = mkdtempSync(join(tmpdir(), 'hermes-launchd-'))
  const standIn = new StandIn(directory, scope)
  for (const path of [standIn.plists, join(directory, 'bin')]) mkdirSync(path)
  writeFileSync(standIn.launchctl, `#!/bin/sh\nexec /bin/sh '${STAND_IN}/launchctl.sh' '${directory}' "$@"\n`, {mode: 0o755})
  const own = {domains: Object.fromEntries(domains.map((name) => [name, standIn.plists])), owner: process.getuid?.() ?? 0, throttle: 0.02}
  writeFileSync(join(directory, 'options.json'), JSON.stringify({...own, ...rest}))
  await standIn.boot()
  return standIn
}
