import type {ServiceSpec} from '@hermes-cli/service-manager'
import {attended, readAttendance, type Attendance} from '@hermes-cli/service-manager/attendant'

import {spawn, type ChildProcess} from 'node:child_process'
import {once} from 'node:events'
import {existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'

import {temporaryDirectory} from './directories.js'
import {familyOf, killAll} from './processes.js'
import {until} from './wait.js'

/** What a program says when it is ready, and how it stays. */
export const READY = 'echo ready >&3'
export const STAY = 'while :; do sleep 0.05; done'

/** One home with a service "a", and the attendants that are started for it. */
export class Attended {
  home!: string
  directory!: string
  private readonly attendants: ChildProcess[] = []

  setUp(): void {
    this.home = temporaryDirectory()
    this.directory = join(this.home, 'run/attendants/test/a')
  }

  async dispose(): Promise<void> {
    await killAll(this.attendants.splice(0).flatMap(({pid}) => familyOf(pid!)))
  }

  /** Starts an attendant, under another shell than /bin/sh if one is given. */
  attend(
    program: string,
    {change = {}, shell = ['/bin/sh']}: {change?: Partial<ServiceSpec>; shell?: readonly string[]} = {},
  ): ChildProcess {
    const spec: ServiceSpec = {
      command: ['/bin/sh', '-c', program],
      description: '',
      environment: {},
      home: this.home,
      id: 'a',
      logDirectory: 'logs',
      readiness: 'fd',
      stopSeconds: 1,
      workingDirectory: this.home,
      ...change,
    }
    const [, ...words] = attended(spec, {definition: 'd1', directory: this.directory})
    const child = spawn(shell[0]!, [...shell.slice(1), ...words], {detached: true, stdio: ['ignore', 'ignore', 'inherit']})
    this.attendants.push(child)
    return child
  }

  say = (): Attendance | undefined => readAttendance(this.directory)
  running = (): Promise<Attendance & {program: NonNullable<Attendance['program']>}> =>
    until('its program is ready', () => {
      const now = this.say()
      return now?.ready && now.program && {...now, program: now.program}
    })

  log(): string {
    const path = join(this.home, 'logs/current')
    return existsSync(path) ? readFileSync(path, 'utf8') : ''
  }
}

/** Call once in a `describe`. */
export function attendedHome(): Attended {
  const it = new Attended()
  beforeEach(() => it.setUp())
  afterEach(() => it.dispose())
  return it
}

/** Its exit code; null where a signal ended it. */
export async function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return child.exitCode
}
