import type {Exit} from './launch.js'

/** What becomes of a service whose process ended. */
export type Verdict = 'failed' | 'restart' | 'restart-later' | 'stay-down'

/** The exit-code table of the contract, crashes counted elsewhere. */
export function judgeExit({code, problem}: Exit): Verdict {
  if (problem !== undefined) return 'failed'
  if (code === 0) return 'stay-down'
  if (code === 75) return 'restart'
  return code === 78 ? 'failed' : 'restart-later'
}

export const describeExit = ({code, problem, signal}: Exit): string =>
  problem ?? (signal ? `it was killed by ${signal}` : `it exited with code ${code}`)
