import {isDeepStrictEqual} from 'node:util'

import type {ServiceSpec, ServiceStatus} from '../types.js'
import {describeExit, type Verdict} from './exits.js'
import type {Child, Exit, Launch} from './launch.js'
import {LineBuffer} from './lines.js'

export interface Rules {
  /** Milliseconds before a crashed process is started again. */
  readonly restartDelay: number
  /** So many crashes within `crashWindow` milliseconds are a crash loop. */
  readonly crashLimit: number
  readonly crashWindow: number
  /** What an exit means. */
  readonly judge: (exit: Exit) => Verdict
}

interface Process {
  readonly child: Child
  readonly spec: ServiceSpec
  readonly since: Date
  ready: boolean
  stopping: boolean
}

type Failure = Omit<Extract<ServiceStatus, {state: 'failed'}>, 'enabled' | 'restartDue' | 'state'>

/** One supervised service: what is wanted, what runs, and why not. */
export class MemoryService {
  enabled = false
  readonly lines = new LineBuffer()
  failure: Failure | undefined
  private wanted: 'down' | 'up' = 'down'
  private current: Process | undefined
  private crashes: number[] = []
  private timer: NodeJS.Timeout | undefined
  private watchers = new Set<() => void>()

  constructor(
    public spec: ServiceSpec,
    private readonly launch: Launch,
    private readonly rules: Rules,
  ) {}

  /** A live process still runs from an older definition. */
  get restartDue(): boolean {
    return this.current !== undefined && !isDeepStrictEqual(this.current.spec, this.spec)
  }

  get isUp(): boolean {
    return this.current?.child.pid !== undefined && this.current.ready
  }

  get isDown(): boolean {
    return this.current === undefined && this.timer === undefined
  }

  status(): ServiceStatus {
    const {enabled, restartDue} = this
    if (this.current?.child.pid !== undefined) {
      const {child, ready, since} = this.current
      if (!ready) return {enabled, pid: child.pid!, restartDue, since, state: 'starting'}
      return {enabled, pid: child.pid!, ready: this.current.spec.readiness === 'fd' ? true : null, restartDue, since, state: 'running'}
    }

    if (this.failure) return {...this.failure, enabled, state: 'failed'}
    return this.wanted === 'up' && this.timer ? {enabled, state: 'starting'} : {enabled, state: 'stopped'}
  }

  /** Wants it up. An earlier failure is forgotten. */
  up(): void {
    if (this.wanted === 'up' && !this.isDown) return
    this.wanted = 'up'
    this.failure = undefined
    this.crashes = []
    if (!this.current) this.spawn()
  }

  /** Wants it down: SIGTERM now, SIGKILL after so many seconds. */
  down(seconds: number): void {
    this.wanted = 'down'
    this.failure = undefined
    clearTimeout(this.timer)
    this.timer = undefined
    if (this.current) terminate(this.current, seconds)
    this.changed()
  }

  /** Resolves with true once `holds` does, with false after so many milliseconds. It is tried at each change. */
  until(holds: () => boolean, milliseconds: number): Promise<boolean> {
    return new Promise((resolve) => {
      const answer = (value: boolean) => {
        clearTimeout(deadline)
        this.watchers.delete(watch)
        resolve(value)
      }

      const watch = () => {
        if (holds()) answer(true)
      }

      const deadline = setTimeout(() => answer(false), milliseconds)
      this.watchers.add(watch)
      watch()
    })
  }

  private spawn(): void {
    this.timer = undefined
    const child = this.launch(this.spec, (line) => this.lines.push(line))
    const started: Process = {child, ready: false, since: new Date(), spec: this.spec, stopping: false}
    this.current = started
    child.ready.then(() => {
      started.ready = true
      this.changed()
    })
    child.exited.then((exit) => this.ended(exit))
    this.changed()
  }

  private ended(exit: Exit): void {
    const stopped = this.current?.stopping === true
    this.current = undefined
    // Wanted again while it was still ending: its exit says nothing about how it would have gone on.
    if (this.wanted === 'up' && stopped) this.spawn()
    else if (this.wanted === 'up') this.follow(exit)
    this.changed()
  }

  private follow(exit: Exit): void {
    const verdict = this.rules.judge(exit)
    if (verdict === 'restart') return this.spawn()
    if (verdict === 'failed') return this.fail(exit, describeExit(exit))
    if (verdict === 'stay-down') {
      this.wanted = 'down'
      return
    }

    const now = Date.now()
    this.crashes = [...this.crashes.filter((at) => at > now - this.rules.crashWindow), now]
    if (this.crashes.length >= this.rules.crashLimit) {
      return this.fail(exit, `crash loop: ${this.crashes.length} times, at last ${describeExit(exit)}`)
    }

    this.timer = setTimeout(() => this.spawn(), this.rules.restartDelay)
  }

  private fail({code, signal}: Exit, because: string): void {
    this.wanted = 'down'
    this.failure = {because, ...(code >= 0 ? {exitCode: code} : {}), ...(signal ? {signal} : {})}
  }

  private changed(): void {
    for (const watch of this.watchers) watch()
  }
}

function terminate(running: Process, seconds: number): void {
  const {child} = running
  if (!running.stopping) child.kill('SIGTERM')
  running.stopping = true
  const deadline = setTimeout(() => child.kill('SIGKILL'), seconds * 1000)
  child.exited.then(() => clearTimeout(deadline))
}
