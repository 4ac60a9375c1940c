import {portProblem, serveHealth} from './health.js'
import {report, type Life} from './life.js'
import {say} from './log.js'
import {pause} from './pause.js'

/** How often a gateway whose program runs tries to get its port after all. */
const DEGRADED_RETRY = 3000

/** The health endpoint beside a program: without its port the gateway is degraded and goes on trying. */
export async function healthBeside(life: Life, over: AbortSignal): Promise<{readonly problem: () => string | undefined}> {
  const {port, record} = life
  let problem: string | undefined
  const attempt = async (): Promise<boolean> => {
    try {
      const server = await serveHealth(port, () => report(life))
      if (over.aborted) server.close()
      else over.addEventListener('abort', () => server.close(), {once: true})
      problem = undefined
      return true
    } catch (error) {
      problem = portProblem(port, error)
      return false
    }
  }

  const keepTrying = async () => {
    for (;;) {
      if (await pause(DEGRADED_RETRY, over)) return
      if (await attempt()) break
    }

    if (record.current().gateway_state !== 'degraded') return
    record.set('running', {exit_reason: undefined})
    say(`gateway of profile ${life.profile} got port ${port} and is running`)
  }

  if (!(await attempt())) keepTrying().catch(() => {})
  return {problem: () => problem}
}
