import {CannotStart, startProgram, type Exit, type Program} from './child.js'
import type {Ending} from './ending.js'
import {programEnvironment, readEnvFile, workingDirectory} from './environment.js'
import {endGroup} from './group.js'
import {forgetProgram, noteProgram} from './leftovers.js'
import {healthBeside} from './health-beside.js'
import {announce, signalled, told, type Life} from './life.js'
import {say} from './log.js'
import {pause, unlessAborted} from './pause.js'
import {becomesReady} from './ready.js'

type Command = readonly [string, ...string[]] | string

/**
 * A manager that ends a whole group or cgroup signals the program at the same moment as us. Its end must not be taken
 * for one of its own accord: this long, in milliseconds, a signal may still be on its way.
 */
const SIGNAL_GRACE = 100

/** The program from start to end, the health endpoint beside it. Nothing of it is left when this returns. */
export async function withProgram(life: Life, command: Command): Promise<Ending> {
  const over = new AbortController()
  try {
    const health = await healthBeside(life, over.signal)
    const program = await begin(life, command)
    try {
      return await attend(life, program, health.problem, typeof command === 'string')
    } finally {
      await forgetProgram(life.directory)
    }
  } catch (error) {
    if (error instanceof CannotStart) return {because: error.message, kind: error.forever ? 'config' : 'failed'}
    throw error
  } finally {
    over.abort()
  }
}

async function begin(life: Life, command: Command): Promise<Program> {
  const {config, directory, environment, home, port, profile, record} = life
  const cwd = await workingDirectory(directory, config.gateway)
  const program = await startProgram(command, {
    cwd,
    environment: programEnvironment(environment, await readEnvFile(directory, config.gateway), config.gateway.environment, {
      HERMES_GATEWAY_PORT: String(port),
      HERMES_HOME: home,
      HERMES_PROFILE: profile,
      HERMES_PROFILE_DIR: directory,
    }),
  })
  await noteProgram(directory, program.pid)
  record.set('starting', {child_pid: program.pid})
  return program
}

/** Until the program ends or we are told to; then the end of whatever is left of it. */
async function attend(life: Life, program: Program, problem: () => string | undefined, byShell: boolean): Promise<Ending> {
  const {config, signals} = life
  const ready = await untilReady(life, program)
  if (ready === 'late') {
    const note = await drain(life, program)
    const because = `the program was not ready within ${config.gateway.ready_timeout} s${note ? `; ${note}` : ''}`
    return signals.stop.aborted ? signalled(life) : {because, kind: 'failed'}
  }

  if (ready === 'yes') await announce(life, problem())
  const exit = typeof ready === 'object' ? ready : await unlessAborted(program.exited, signals.stop)
  if (exit) await pause(SIGNAL_GRACE, signals.stop)
  if (signals.stop.aborted) return endOnSignal(life, program)
  // Others of its group would outlive it unsupervised.
  await endGroup(program.pid, config.gateway.drain_timeout, signals.hurry)
  if (signals.stop.aborted) return signalled(life)
  const neverRan = byShell && ready !== 'yes' && (exit!.code === 126 || exit!.code === 127)
  return {...exit!, kind: 'program', neverRan}
}

type Ready = 'late' | 'stopped' | 'yes' | Exit

/** `ready_timeout` bounds it, except for a plain waiting time, which is its own bound. */
async function untilReady({config, signals}: Life, program: Program): Promise<Ready> {
  const {ready, ready_timeout} = config.gateway
  const done = new AbortController()
  const give = () => done.abort()
  signals.stop.addEventListener('abort', give, {once: true})
  if (signals.stop.aborted) give()
  let timer: NodeJS.Timeout | undefined
  try {
    const late = new Promise<'late'>((resolve) => {
      if (!('after' in ready)) timer = setTimeout(() => resolve('late'), ready_timeout * 1000)
    })
    const asked = becomesReady(ready, done.signal).then((yes): Ready => (yes ? 'yes' : 'stopped'))
    return await Promise.race([program.exited, asked, late, told(signals.stop).then((): Ready => 'stopped')])
  } finally {
    clearTimeout(timer)
    done.abort()
    signals.stop.removeEventListener('abort', give)
  }
}

/** The marker is read before the drain: it may take longer than a marker is valid. Read again when a stronger signal came meanwhile. */
async function endOnSignal(life: Life, program: Program): Promise<Ending> {
  const first = await signalled(life)
  const note = await drain(life, program)
  const changed = first.kind === 'signal' && first.signal !== life.signals.received()
  const ending = changed ? await signalled(life) : first
  return note ? ({...ending, note} as Ending) : ending
}

async function drain({config, record, profile, signals}: Life, program: Program): Promise<string | undefined> {
  const {drain_timeout} = config.gateway
  record.set('draining')
  say(`gateway of profile ${profile}: draining, at most ${drain_timeout} s${signals.received() ? ` (${signals.received()})` : ''}`)
  const how = await endGroup(program.pid, drain_timeout, signals.hurry)
  if (how === 'ended') return undefined
  return `the program was killed${signals.hurry.aborted ? ' on a second Ctrl-C' : `: it did not end within ${drain_timeout} s`}`
}
