import {Container, runOptions, type RunOptions} from './container.js'
import {docker, dockerOk, LABEL, type Result} from './docker.js'
import {dockerInTerminal, type Terminal} from './terminal.js'

export interface Containers {
  /** A container of its own, booted. */
  run(options?: RunOptions): Promise<Container>
  /** `docker run --rm`: what it printed and its exit code. */
  once(options: RunOptions & {readonly input?: string; readonly seconds?: number}): Promise<Result>
  /** `docker run --interactive --tty` in a terminal. */
  terminal(options?: RunOptions): Terminal & {readonly container: Container}
  /** A container made and not started, for what is put into it before. */
  create(options?: RunOptions): Promise<Container>
  /** A new named volume. */
  volume(): Promise<string>
}

let count = 0
const newName = (): string => `hermes-test-${process.pid}-${++count}`

async function removeAll(made: Array<{kind: 'container' | 'volume'; name: string}>): Promise<void> {
  const named = (kind: string): string[] => made.filter((one) => one.kind === kind).map(({name}) => name)
  const containers = named('container')
  if (containers.length > 0) await docker(['rm', '--force', '--volumes', ...containers])
  const volumes = named('volume')
  if (volumes.length > 0) await dockerOk(['volume', 'rm', '--force', ...volumes])
}

/** Call in a `describe`. What a test makes is removed after it, what a `before` makes after the last test. */
export function containers(): Containers {
  const made: Array<{kind: 'container' | 'volume'; name: string}> = []
  let earlier = 0

  beforeEach(() => {
    earlier = made.length
  })

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') {
      for (const {name} of made.filter(({kind}) => kind === 'container')) {
        const {code, stderr, stdout} = await docker(['logs', name])
        if (code === 0) console.error(`--- docker logs ${name}\n${stdout}${stderr}`)
      }
    }

    await removeAll(made.splice(earlier))
  })

  after(() => removeAll(made.splice(0)))

  return {
    async create(options = {}) {
      const name = newName()
      made.push({kind: 'container', name})
      await dockerOk(['create', ...runOptions(name, options)])
      return new Container(name, options)
    },
    async once({input, seconds = 60, ...options}) {
      const name = newName()
      made.push({kind: 'container', name})
      const stdin = input === undefined ? [] : ['--interactive']
      return docker(['run', '--rm', ...stdin, ...runOptions(name, options)], {input, seconds})
    },
    async run(options = {}) {
      const name = newName()
      made.push({kind: 'container', name})
      await dockerOk(['run', '--detach', ...runOptions(name, options)])
      const container = new Container(name, options)
      await container.booted()
      return container
    },
    terminal(options = {}) {
      const name = newName()
      made.push({kind: 'container', name})
      const shown = dockerInTerminal(['run', '--interactive', '--tty', ...runOptions(name, options)])
      return {...shown, container: new Container(name, options)}
    },
    async volume() {
      const name = newName()
      await dockerOk(['volume', 'create', '--label', LABEL, name])
      made.push({kind: 'volume', name})
      return name
    },
  }
}
