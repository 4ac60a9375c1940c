import {existsSync, readFileSync, renameSync, writeFileSync} from 'node:fs'

import {isAlive} from './alive.js'
import {until} from './wait.js'

interface At {
  readonly pid: number
  /** Milliseconds since the epoch. */
  readonly at: number
}

export interface Started extends At {
  readonly event: 'start'
  readonly startTime: number
  /** As typed by whoever started it. */
  readonly program: string
  /** The report and the words after it. */
  readonly argv: readonly string[]
  readonly cwd: string
  /** Variables whose names begin with PROBE_. */
  readonly environment: Readonly<Record<string, string>>
}

export type ProbeEvent =
  | Started
  | (At & {readonly event: 'exit'; readonly code: number})
  | (At & {readonly event: 'ready'})
  | (At & {readonly event: 'signal'; readonly signal: string})

/** What the probe itself says and the kernel confirms, against which the backend's word is held. */
export class Report {
  constructor(
    readonly path: string,
    private readonly patience: number,
  ) {
    writeFileSync(path, '')
  }

  events(): readonly ProbeEvent[] {
    if (!existsSync(this.path)) return []
    const lines = readFileSync(this.path, 'utf8').split('\n').slice(0, -1)
    return lines.map((line) => JSON.parse(line) as ProbeEvent)
  }

  starts(): readonly Started[] {
    return this.events().filter((one): one is Started => one.event === 'start')
  }

  /** Its processes that run now. */
  live(): readonly Started[] {
    return this.starts().filter((one) => isAlive(one))
  }

  has(event: ProbeEvent['event'], pid?: number): boolean {
    return this.events().some((one) => one.event === event && (pid === undefined || one.pid === pid))
  }

  /** The process of the nth start (from 1), once it has started. */
  nthStart(n: number): Promise<Started> {
    return until(`start number ${n} of the probe`, this.patience, () => this.starts()[n - 1] ?? false)
  }

  /** Once none of its processes is left. */
  async gone(): Promise<void> {
    await until('every process of the probe has ended', this.patience, () => this.live().length === 0)
  }

  /** Has the live process do something: exit with a code, print a line. */
  command(what: {readonly exit?: number; readonly print?: string}): void {
    writeFileSync(`${this.path}.next`, JSON.stringify(what))
    renameSync(`${this.path}.next`, `${this.path}.command`)
  }

  /** Lets a probe that waits with `ready-when` become ready. */
  openGate(): void {
    writeFileSync(this.gate, '')
  }

  get gate(): string {
    return `${this.path}.gate`
  }
}
