import launchd from '@hermes-cli/backend-launchd'
import {checked, type CheckedServiceManager, type Host} from '@hermes-cli/service-manager'
import {readAttendance, type Attendance} from '@hermes-cli/service-manager/attendant'

import {readdirSync} from 'node:fs'
import {join} from 'node:path'

import {temporaryDirectory} from './directories.js'
import {standInLaunchd, type StandIn, type StandInOptions} from './launchd.js'

/** Ends when it is asked to. */
export const QUICK = 'trap "exit 0" TERM; echo x >&3; while :; do sleep 0.05; done'
/** It drains for a moment before it ends. */
export const SLOW = 'trap "sleep 0.7; exit 0" TERM; echo x >&3; while :; do sleep 0.05; done'
export const STUBBORN = 'trap "" TERM; echo x >&3; while :; do sleep 0.05; done'

/** A home on a Mac that is played, and what is done with the services in it. `setUp` comes first. */
export class PlayedMac {
  standIn!: StandIn
  home!: string
  host!: Host
  manager!: CheckedServiceManager
  private readonly used: StandIn[] = []

  async setUp(options?: StandInOptions): Promise<void> {
    this.standIn = await standInLaunchd(options)
    this.used.push(this.standIn)
    this.home = temporaryDirectory()
    this.host = this.standIn.hostFor(this.home)
    this.manager = checked(launchd.connect(this.host))
  }

  async dispose(): Promise<void> {
    for (const one of this.used.splice(0)) await one.dispose()
  }

  spec = (program = QUICK, id = 'a') => ({
    command: ['/bin/sh', '-c', program] as const,
    description: 'a test',
    environment: {PATH: '/usr/bin:/bin'},
    home: this.home,
    id,
    logDirectory: `logs/${id}`,
    readiness: 'fd' as const,
    startSeconds: 10,
    stopSeconds: 2,
    workingDirectory: this.home,
  })
  up = (program?: string, id?: string) => this.manager.install(this.spec(program, id), {start: true})

  async pidOf(id = 'a'): Promise<number> {
    const status = await this.manager.status(id)
    if (status.state !== 'running') throw new Error(`it is ${JSON.stringify(status)}`)
    return status.pid
  }

  plist = (id = 'a'): string =>
    join(
      this.standIn.plists,
      readdirSync(this.standIn.plists).find((name) => name.includes(`-${id}.`))!,
    )
  attendance = (id = 'a'): Attendance | undefined => readAttendance(join(this.home, 'run/attendants', `launchd-${this.standIn.scope}`, id))
  /** How often launchctl was called with that verb. */
  counts = (verb: string): number => this.standIn.calls().filter((line) => line.startsWith(`${verb} `)).length
}

/** Call once in a `describe`: one for its tests, disposed of after each. */
export function playedMac(): PlayedMac {
  const mac = new PlayedMac()
  afterEach(() => mac.dispose())
  return mac
}
