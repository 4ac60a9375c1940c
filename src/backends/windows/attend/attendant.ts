import {randomBytes} from 'node:crypto'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {digestOf, type Definition} from '../definition.js'
import {stopFile, writeState, type Phase, type State} from '../state.js'
import {LogFile} from './log-file.js'
import {environmentFor, startProgram, type Program} from './program.js'
import {describeExit, judge, type Exit} from './rules.js'
import {pause, removeStopFiles, watchFor} from './stop-files.js'

/** Milliseconds a program must run to count as up: it cannot say so itself. */
const SETTLE = 1000

type Ended = Pick<State, 'because' | 'exitCode' | 'signal'>

/** Keeps one program up, by the table of exit codes, until it is done, has failed, or is told to stop. */
export class Attendant {
  readonly token = randomBytes(8).toString('hex')
  private readonly log: LogFile
  private readonly stopping = new AbortController()
  private readonly starts: number[] = []
  private last: Ended = {}

  constructor(
    private readonly directory: string,
    private readonly definition: Definition,
  ) {
    this.log = new LogFile(join(definition.spec.home, definition.spec.logDirectory))
  }

  /** Resolves once there is nothing left to attend to. */
  async attend(): Promise<void> {
    removeStopFiles(this.directory)
    this.say('starting')
    const endWatch = watchFor(this.directory, stopFile(this.directory, this), () => this.stopping.abort())
    try {
      while (!this.stopping.signal.aborted && (await this.oneLife())) {
        // Again.
      }

      if (this.stopping.signal.aborted) this.say('stopped')
    } finally {
      endWatch()
      this.log.close()
      removeStopFiles(this.directory)
    }
  }

  /** As the stop file does: the session ends, or somebody closed our console. */
  stop(): void {
    try {
      writeFileSync(stopFile(this.directory, this), '', {flag: 'wx', mode: 0o600})
    } catch {
      // It is there.
    }

    this.stopping.abort()
  }

  /** True: once more. */
  private async oneLife(): Promise<boolean> {
    const started = await this.start()
    if (started === 'impossible') return false
    const {exit, program} = started
    const settled = setTimeout(() => this.say('running', {pid: program.pid, since: this.starts.at(-1)!}), SETTLE)
    const ended = await this.untilEnded(program, exit)
    clearTimeout(settled)
    this.last = {...(ended.code === null ? {} : {exitCode: ended.code}), ...(ended.signal ? {signal: ended.signal} : {})}
    if (this.stopping.signal.aborted) return false
    const verdict = judge(ended, this.starts, Date.now())
    if (verdict.is === 'done') this.say('stopped')
    if (verdict.is === 'failed') this.fail(verdict.because)
    if (verdict.is !== 'again') return false
    this.last = {...this.last, because: `it ${describeExit(ended)}`}
    if (verdict.after > 0) {
      this.say('waiting')
      await pause(verdict.after, this.stopping.signal)
    }

    return true
  }

  private async start(): Promise<'impossible' | {exit: Promise<Exit>; program: Program}> {
    const {spec, taskkill} = this.definition
    this.starts.push(Date.now())
    try {
      const environment = environmentFor(process.env, spec, stopFile(this.directory, this))
      const program = await startProgram(spec, environment, taskkill, this.log)
      this.say('starting', {pid: program.pid, since: this.starts.at(-1)!})
      return {exit: program.exited, program}
    } catch (error) {
      this.fail(`${spec.command[0]} cannot be run: ${(error as Error).message}`)
      return 'impossible'
    }
  }

  private async untilEnded(program: Program, exit: Promise<Exit>): Promise<Exit> {
    let deadline: NodeJS.Timeout | undefined
    const onStop = () => {
      deadline = setTimeout(() => {
        program.kill()
      }, this.definition.spec.stopSeconds * 1000)
    }

    this.stopping.signal.addEventListener('abort', onStop, {once: true})
    if (this.stopping.signal.aborted) onStop()
    try {
      return await exit
    } finally {
      clearTimeout(deadline)
      this.stopping.signal.removeEventListener('abort', onStop)
    }
  }

  private fail(because: string): void {
    this.last = {...this.last, because}
    this.say('failed')
  }

  private say(phase: Phase, program: Pick<State, 'pid' | 'since'> = {}): void {
    const attendantSince = Math.round(Date.now() - process.uptime() * 1000)
    const about = phase === 'failed' || phase === 'waiting' ? this.last : {}
    const definition = digestOf(this.definition)
    try {
      writeState(this.directory, {attendant: process.pid, attendantSince, definition, phase, token: this.token, ...program, ...about})
    } catch (error) {
      // A full disk must not end the gateway.
      this.log.write(`hermes: could not record that it is ${phase}: ${(error as Error).message}`)
    }
  }
}
