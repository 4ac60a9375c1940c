import {spawn} from 'node:child_process'
import {createServer, type Server} from 'node:net'
import {createInterface} from 'node:readline'

import {commandLineToArgv} from './argv.js'
import {killAll, marked} from './jobs.js'
import {exportTask, type TaskValues} from './read-task.js'
import {CODES, ComError, TaskStore} from './task-store.js'

interface Instance {
  readonly job: string
  ended: boolean
  terminated: boolean
}

export interface SchedulerOptions {
  /** Tasks persist here. */
  readonly directory: string
  readonly socket: string
  readonly environment: Readonly<Record<string, string>>
  readonly sid: string
  readonly userName: string
}

/** Milliseconds between a `/Run` and the process: it is queued meanwhile. */
const LAUNCH = 20

/**
 * Plays the Task Scheduler service as it is documented: registration judged by the schema, IgnoreNew that drops in
 * silence, an `/End` that kills the job, restarts after a failure, triggers at a login.
 */
export class Scheduler extends TaskStore {
  /** Switches of the tests. */
  /** What whoever sits there answers when Windows asks: nobody, by default. */
  uac: 'no' | 'yes' = 'no'
  /** How often Windows asked. */
  asked = 0
  /** So many of the next `/Run`s are dropped, with success. */
  drop = 0
  /** Milliseconds of a minute of the Task Scheduler's own, for delays and restarts. */
  minute = 60_000
  /** Numbers of events, as in the history: 100 started, 102 done, 111 terminated, 322 dropped. */
  readonly events: number[] = []
  private server: Server | undefined
  private readonly instances = new Map<string, Instance>()
  private readonly queued = new Set<string>()
  private readonly results = new Map<string, number>()
  private readonly timers = new Set<NodeJS.Timeout>()
  private count = 0

  constructor(private readonly options: SchedulerOptions) {
    super(options.directory, options.sid)
  }

  async listen(): Promise<void> {
    this.server = createServer((socket) => {
      socket.on('error', () => {})
      createInterface({input: socket}).once('line', (line) => socket.end(`${JSON.stringify(this.answer(line))}\n`))
    })
    await new Promise<void>((resolve) => {
      this.server!.listen(this.options.socket, resolve)
    })
  }

  /** Everything that runs is gone at once; what was to come does not. */
  async powerOff(): Promise<void> {
    for (const timer of this.timers) clearTimeout(timer)
    for (const instance of this.instances.values()) instance.terminated = true
    this.instances.clear()
    this.queued.clear()
  }

  async close(): Promise<void> {
    await this.powerOff()
    await new Promise((resolve) => {
      this.server!.close(resolve)
    })
  }

  /** What a login starts. */
  logon(): void {
    for (const name of this.names()) {
      const task = this.values(name)
      const trigger = task['Triggers/LogonTrigger/UserId'] === this.options.sid && task['Triggers/LogonTrigger/Enabled'] === 'true'
      if (trigger && task['Settings/Enabled'] === 'true')
        this.later(this.duration(task['Triggers/LogonTrigger/Delay']), () => this.launch(name))
    }
  }

  state(name: string): number {
    if (this.instances.has(name)) return 4
    if (this.queued.has(name)) return 2
    return this.values(name)['Settings/Enabled'] === 'false' ? 1 : 3
  }

  tasks(): object[] {
    return this.names().map((name) => {
      const result = this.instances.has(name) ? CODES.running : (this.results.get(name) ?? CODES.hasNotRun)
      return {name, result, state: this.state(name), xml: exportTask(this.values(name), this.options.userName)}
    })
  }

  run(name: string): void {
    const task = this.values(name)
    if (task['Settings/Enabled'] === 'false') throw new ComError(0x80_04_13_26, 'Der Task ist deaktiviert.')
    if (task['Settings/AllowStartOnDemand'] === 'false')
      throw new ComError(0x80_04_13_28, 'Der Task kann nicht bei Bedarf gestartet werden.')
    this.launch(name)
  }

  end(name: string): void {
    this.values(name)
    const instance = this.instances.get(name)
    if (!instance) return
    instance.terminated = true
    this.events.push(111)
    // A process may be in the middle of starting another.
    for (let left = marked(instance.job); left.length > 0; left = marked(instance.job)) killAll(left)
  }

  private launch(name: string): void {
    const task = this.values(name)
    if (this.drop > 0) {
      this.drop--
      this.events.push(322)
      return
    }

    if (this.instances.has(name) || this.queued.has(name)) {
      if (task['Settings/MultipleInstancesPolicy'] !== 'IgnoreNew') throw new Error('this stand-in only knows IgnoreNew')
      this.events.push(322)
      return
    }

    this.queued.add(name)
    this.later(LAUNCH, () => {
      this.queued.delete(name)
      this.start(name, task)
    })
  }

  private start(name: string, task: TaskValues): void {
    const job = `STAND_IN_JOB=${process.pid}.${this.options.socket}.${++this.count}`
    const instance: Instance = {ended: false, job, terminated: false}
    const [file, ...args] = commandLineToArgv(`"${task['Actions/Exec/Command']}" ${task['Actions/Exec/Arguments']}`)
    const [variable, value] = [job.slice(0, 12), job.slice(13)]
    const cwd = task['Actions/Exec/WorkingDirectory'] || this.options.directory
    const child = spawn(file!, args, {cwd, detached: true, env: {...this.options.environment, [variable]: value}, stdio: 'ignore'})
    this.instances.set(name, instance)
    this.events.push(100)
    const over = (code: number) => {
      if (instance.ended) return
      instance.ended = true
      if (this.instances.get(name) === instance) this.instances.delete(name)
      this.results.set(name, instance.terminated ? CODES.terminated : code)
      this.events.push(instance.terminated ? 111 : 102)
      if (code !== 0 && !instance.terminated && task['Settings/RestartOnFailure/Interval'] !== '')
        this.later(this.duration(task['Settings/RestartOnFailure/Interval']), () => this.names().includes(name) && this.launch(name))
    }

    child.once('error', () => over(CODES.fileNotFound))
    child.once('exit', (code) => over(code ?? 1))
  }

  private duration(text: string): number {
    const found = /^PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?$/.exec(text)!
    return (Number(found[1] ?? 0) * 60 + Number(found[2] ?? 0) + Number(found[3] ?? 0) / 60) * this.minute
  }

  private later(milliseconds: number, act: () => unknown): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer)
      act()
    }, milliseconds)
    this.timers.add(timer)
  }

  private answer(line: string): object {
    const {elevated, name, verb, xml} = JSON.parse(line) as {elevated?: boolean; name: string; verb: string; xml: string}
    try {
      if (verb === 'look') return {sid: this.options.sid, tasks: this.tasks()}
      switch (verb) {
        case 'register': {
          this.register(name, xml, elevated)
          break
        }

        case 'consent': {
          this.asked++
          // ERROR_CANCELLED.
          if (this.uac === 'no') throw new ComError(0x80_07_04_c7, 'Der Vorgang wurde durch den Benutzer abgebrochen.')

          break
        }

        case 'run':
        case 'end':
        case 'delete': {
          this[verb](name)
          break
        }

        default: {
          throw new Error(`no such verb: ${verb}`)
        }
      }

      return {}
    } catch (error) {
      if (error instanceof ComError) return {code: error.code, message: error.message}
      return {code: 0x80_00_ff_ff, message: String(error)}
    }
  }
}
