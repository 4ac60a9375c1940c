import {docker, dockerOk, IMAGE, LABEL, NETWORK, type Result} from './docker.js'
import {until} from './wait.js'

export interface RunOptions {
  /** Options of `docker run`. */
  readonly args?: readonly string[]
  /** What comes after the image's name. */
  readonly command?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly healthcheck?: boolean
  readonly image?: string
  readonly network?: string
  /** Mounted at /opt/data. Without it the engine makes one that goes with the container. */
  readonly volume?: string
  /** Wait for the boot, here and at each further start. Default: true. */
  readonly waitForBoot?: boolean
}

interface ExecOptions {
  readonly directory?: string
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
  readonly user?: string
}

const environmentOptions = (env: Readonly<Record<string, string>> = {}): string[] =>
  Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`])

export function runOptions(name: string, options: RunOptions): string[] {
  const {args = [], command = [], env, healthcheck, image = IMAGE, network = NETWORK, volume} = options
  const mounted = volume ? ['--volume', `${volume}:/opt/data`] : []
  const health = healthcheck ? [] : ['--no-healthcheck']
  const own = ['--name', name, '--label', LABEL, '--network', network, ...health, ...mounted]
  return [...own, ...environmentOptions(env), ...args, image, ...command]
}

/** Inside the container: until the boot log has the default profile's line of a boot since then. */
const BOOTED = `until awk -v since="$0" '$2 == "profile=default" && $1 >= since { found = 1 } END { exit !found }' "$1" 2>/dev/null
do sleep 0.1; done`

export class Container {
  constructor(
    readonly name: string,
    private readonly options: RunOptions,
  ) {}

  exec(args: readonly string[], {directory, env, input, user}: ExecOptions = {}): Promise<Result> {
    const as = user === undefined ? [] : ['--user', user]
    const inside = directory === undefined ? [] : ['--workdir', directory]
    const stdin = input === undefined ? [] : ['--interactive']
    return docker(['exec', ...stdin, ...as, ...inside, ...environmentOptions(env), this.name, ...args], input === undefined ? {} : {input})
  }

  sh(script: string, options?: ExecOptions): Promise<Result> {
    return this.exec(['sh', '-c', script], options)
  }

  /** As a plain `docker exec` does it. */
  hermes(...args: string[]): Promise<Result> {
    return this.exec(['hermes', ...args])
  }

  /** What `docker logs` shows, both streams. */
  async logs(): Promise<string> {
    const {stderr, stdout} = await docker(['logs', this.name])
    return stdout + stderr
  }

  async inspect(): Promise<any> {
    return JSON.parse(await dockerOk(['inspect', this.name]))[0]
  }

  async start(): Promise<void> {
    await dockerOk(['start', this.name])
    await this.booted()
  }

  async restart({seconds = 20} = {}): Promise<void> {
    await dockerOk(['restart', '--time', String(seconds), this.name])
    await this.booted()
  }

  async stop({seconds = 20} = {}): Promise<void> {
    await dockerOk(['stop', '--time', String(seconds), this.name])
  }

  async kill(signal = 'KILL'): Promise<void> {
    await dockerOk(['kill', '--signal', signal, this.name])
    if (signal === 'KILL') await this.waitExit()
  }

  /** The exit code of the container. */
  async waitExit(seconds = 60): Promise<number> {
    return Number(await dockerOk(['wait', this.name], {seconds}))
  }

  async remove(): Promise<void> {
    await dockerOk(['rm', '--force', '--volumes', this.name])
  }

  /** Asks until there is an answer; the error shows the container's log. */
  async waitFor<T>(what: string, ask: () => Promise<T | undefined | false>, milliseconds = 30_000): Promise<T> {
    return until(what, ask, milliseconds).catch((error: unknown) => this.fail(String(error)))
  }

  /** Until the boot log tells of this start (docs/operations.md). Fails when the container ends before. */
  async booted(seconds = 60): Promise<void> {
    if (this.options.waitForBoot === false) return
    const {State: state} = await this.inspect()
    const since = new Date(state.StartedAt).toISOString()
    const home = this.options.env?.HERMES_HOME ?? '/opt/data'
    const asked = ['exec', '--env', 'LC_ALL=C', this.name, 'sh', '-c', BOOTED, since, `${home}/logs/container-boot.log`]
    const {code, stderr, stdout} = await docker(asked, {seconds}).catch((error: unknown) => ({code: -1, stderr: String(error), stdout: ''}))
    if (code !== 0) await this.fail(`it did not boot: ${stdout}${stderr}`)
  }

  private async fail(why: string): Promise<never> {
    const {ExitCode, Status} = (await this.inspect()).State
    throw new Error(`${this.name}: ${why} (${Status}, exit code ${ExitCode})\n${await this.logs()}`)
  }
}
