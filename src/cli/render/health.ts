import type {Examined} from '../../gateway/examine.js'
import type {Verdict} from '../../gateway/fleet-health.js'

/** Docker keeps 4096 bytes of what a health check prints. */
const WIDTH = 200

const clipped = (text: string): string => {
  const line = text.split('\n')[0]!
  return line.length > WIDTH ? `${line.slice(0, WIDTH - 1)}…` : line
}

const WORDS = {down: 'down', failed: 'failed for good', starting: 'starting', up: 'up'}

/** The verdict, and a line for each gateway or directory that is not well. */
export function renderHealth({bad, gateways, healthy, reason}: Examined & Verdict): string {
  const unwell = gateways
    .filter(({health}) => health === 'down' || health === 'failed')
    .map(({health, profile, reason: because, state}) => {
      const about = health === 'down' ? `${WORDS.down} (${state === 'absent' ? 'not registered' : state})` : WORDS[health]
      return clipped(`${profile}: ${about}${because ? `: ${because}` : ''}`)
    })
  const named = bad.map(({because, name}) => clipped(`profiles/${name}: no profile: ${because}`))
  return [clipped(`${healthy ? 'healthy' : 'unhealthy'}: ${reason}`), ...unwell, ...named].join('\n')
}
