import {delaySeconds, waitingReason} from './back-off.js'
import type {Ending} from './ending.js'
import {portProblem, serveHealthWithin, type HealthServer} from './health.js'
import {announce, report, signalled, told, type Life} from './life.js'
import {say} from './log.js'
import {pause} from './pause.js'
import {readinessProblem} from './ready.js'

/** Milliseconds: how long a gateway that is nothing but its port waits for it, and how often it tries. */
const PORT_PATIENCE = 2000
const PORT_RETRY = 250
/** From "this process is the gateway" to the reason it ends. Everything it started is over by then. */
export async function live(life: Life): Promise<Ending> {
  const {config, failures, lastReason, port, record, signals} = life
  const {command, ready} = config.gateway
  const problem = command === undefined ? undefined : readinessProblem(ready, port)
  if (problem) return {because: problem, kind: 'config'}
  if (signals.stop.aborted) return signalled(life)
  if (delaySeconds(failures) > 0) {
    const reason = waitingReason(failures, lastReason)
    say(`gateway of profile ${life.profile}: ${reason}`)
    record.set('starting', {exit_reason: reason})
    if (await pause(delaySeconds(failures) * 1000, signals.stop)) return signalled(life)
    record.set('starting', {exit_reason: undefined})
  }

  return command === undefined ? idle(life) : (await import('./with-program.js')).withProgram(life, command)
}

/** No program: the health endpoint is all there is. */
async function idle(life: Life): Promise<Ending> {
  const {port, signals} = life
  let health: HealthServer
  try {
    health = await serveHealthWithin(PORT_PATIENCE, PORT_RETRY, {port, report: () => report(life), stop: signals.stop})
  } catch (error) {
    return signals.stop.aborted ? signalled(life) : {because: portProblem(port, error), kind: 'failed'}
  }

  try {
    await announce(life)
    await told(signals.stop)
    return await signalled(life)
  } finally {
    health.close()
  }
}
