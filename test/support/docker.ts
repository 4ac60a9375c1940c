import {execa} from 'execa'

export interface Result {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
  /** stdout as JSON. Throws when it is none. */
  json<T = any>(): T
}

/** The image under test, and the network its containers get: `npm test -- container` sets both. */
export const IMAGE = process.env.HERMES_TEST_IMAGE ?? 'hermes-test:latest'
export const NETWORK = process.env.HERMES_TEST_DOCKER_NETWORK ?? 'none'

/** On all that is made, so that the run finds what a test has left. */
export const LABEL = `hermes-test=${process.env.HERMES_TEST_RUN ?? process.pid}`

/** The engine's client. Its exit code is the caller's to judge; a client that hangs is an error. */
export async function docker(args: readonly string[], {input = '', seconds = 60} = {}): Promise<Result> {
  const result = await execa('docker', [...args], {input, reject: false, stripFinalNewline: false, timeout: seconds * 1000})
  if (result.timedOut || result.exitCode === undefined) {
    const why = result.timedOut ? `no end within ${seconds} s` : result.shortMessage
    throw new Error(`docker ${args.join(' ')}: ${why}\n${result.stdout}${result.stderr}`)
  }

  return {code: result.exitCode, json: () => JSON.parse(result.stdout), stderr: result.stderr, stdout: result.stdout}
}

/** For what cannot go wrong. Returns stdout. */
export async function dockerOk(args: readonly string[], options?: {input?: string; seconds?: number}): Promise<string> {
  const {code, stderr, stdout} = await docker(args, options)
  if (code !== 0) throw new Error(`docker ${args.join(' ')}: exit code ${code}\n${stdout}${stderr}`)
  return stdout.trim()
}
