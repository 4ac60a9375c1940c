/** Starts within so many milliseconds after which a program is given up. */
export const CRASH_LOOP = {milliseconds: 60_000, starts: 5}
/** Milliseconds before a crashed program is started again, and by how much longer each further time within the window. */
const FIRST_DELAY = 1000
const GROWTH = 1.5

export interface Exit {
  readonly code: number | null
  readonly signal: string | null
}

export type Verdict =
  | {readonly is: 'again'; /** Milliseconds. */ readonly after: number}
  | {readonly is: 'done'}
  | {readonly is: 'failed'; readonly because: string}

/** NTSTATUS codes are known by their hexadecimal form. */
const named = (code: number): string => (code >= 0x80_00_00_00 ? `0x${code.toString(16).toUpperCase()}` : String(code))

export const describeExit = ({code, signal}: Exit): string => (signal ? `was killed by ${signal}` : `exited with ${named(code ?? -1)}`)

/** Pure: the contract's table of exit codes. `starts`: when it was started, the last time included, milliseconds. */
export function judge(exit: Exit, starts: readonly number[], now: number): Verdict {
  if (exit.code === 0) return {is: 'done'}
  if (exit.code === 78) return {because: 'it exited with 78: as it is configured it can never start', is: 'failed'}
  const recent = starts.filter((at) => at > now - CRASH_LOOP.milliseconds).length
  if (recent >= CRASH_LOOP.starts) {
    const seconds = CRASH_LOOP.milliseconds / 1000
    const because = `it was started ${recent} times within ${seconds} seconds and was given up; the last time it ${describeExit(exit)}`
    return {because, is: 'failed'}
  }

  return {after: exit.code === 75 ? 0 : FIRST_DELAY * GROWTH ** Math.max(0, recent - 1), is: 'again'}
}
