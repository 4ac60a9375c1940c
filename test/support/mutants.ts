import type {Backend, Host, ServiceManager} from '@hermes-cli/service-manager'

import {ServiceManagerError} from '@hermes-cli/service-manager'
import {createMemoryBackend, judgeExit, loadLaunch, type MemoryBackend, type Verdict} from '@hermes-cli/service-manager/memory'

/** A backend that is wrong in one way, and the test of the kit that must find it out. */
export interface Mutant {
  readonly what: string
  readonly foundBy: string
  make(): Promise<{memory: MemoryBackend; mutate?: (backend: Backend) => Backend}>
}

type Change = (manager: ServiceManager, host: Host) => Partial<ServiceManager>

const sound = (memory: MemoryBackend, host: Host) => memory.connect(host)

/** Wrong verbs over a sound supervisor. */
const verbs = (foundBy: string, what: string, change: Change): Mutant => ({
  foundBy,
  async make() {
    const memory = createMemoryBackend()
    const connect = (host: Host) => {
      const manager = sound(memory, host)
      return {...manager, ...change(manager, host)}
    }

    return {memory, mutate: (backend) => ({...backend, connect})}
  },
  what,
})

/** A sound manager over a supervisor that judges exits wrongly. */
const judges = (foundBy: string, what: string, code: number, verdict: Verdict): Mutant => ({
  foundBy,
  make: async () => ({memory: createMemoryBackend({judge: (exit) => (exit.code === code ? verdict : judgeExit(exit))})}),
  what,
})

type Launch = Awaited<ReturnType<typeof loadLaunch>>

/** A sound manager whose programs are run wrongly. */
const launches = (foundBy: string, what: string, change: (launch: Launch) => Launch): Mutant => ({
  foundBy,
  make: async () => ({memory: createMemoryBackend({launch: change(await loadLaunch())})}),
  what,
})

const quoted = (words: readonly string[]) => words.map((word) => `"${word}"`).join(' ')

const LYING: readonly Mutant[] = [
  verbs('lifecycle: start brings up what was registered', 'start does nothing', () => ({start: async () => {}})),
  verbs('lifecycle: stop returns when the process has ended, after one SIGTERM', 'stop does nothing', () => ({stop: async () => {}})),
  verbs('lifecycle: restart gives a new process, and the old one has ended', 'restart is only start', (sound) => ({
    restart: (id) => sound.start(id),
  })),
  verbs('lifecycle: stop returns when the process has ended, after one SIGTERM', 'stop does not wait', (sound) => ({
    async stop(id, options) {
      sound.stop(id, options).catch(() => {})
    },
  })),
  verbs('observation: list has all and only ours, running or not, in byte order', 'list has only what runs', (sound) => ({
    async list() {
      const ids = await sound.list()
      const states = await Promise.all(ids.map((id) => sound.status(id)))
      return ids.filter((_, index) => states[index]!.state === 'running')
    },
  })),
  verbs('observation: list has all and only ours, running or not, in byte order', 'list is in another order', (sound) => ({
    list: async () => [...(await sound.list())].reverse(),
  })),
  verbs('observation: a running service has the true pid and a plausible since', 'the pid is our own', (sound) => ({
    async status(id) {
      const status = await sound.status(id)
      return status.state === 'running' ? {...status, pid: process.pid} : status
    },
  })),
  verbs('observation: a running service has the true pid and a plausible since', 'since is the epoch', (sound) => ({
    async status(id) {
      const status = await sound.status(id)
      return status.state === 'running' ? {...status, since: new Date(0)} : status
    },
  })),
  verbs('exit codes: exit code 78: it stays down and is failed', 'failed shows as stopped', (sound) => ({
    async status(id) {
      const status = await sound.status(id)
      return status.state === 'failed' ? {enabled: status.enabled, state: 'stopped'} : status
    },
  })),
  verbs('observation: start enables, stop disables, a stop for a while does not', 'stop never disables', (sound) => ({
    stop: (id) => sound.stop(id, {disable: false}),
  })),
  verbs('observation: start enables, stop disables, a stop for a while does not', 'stop always disables', (sound) => ({
    stop: (id) => sound.stop(id),
  })),
]

const INSTALLING: readonly Mutant[] = [
  verbs('lifecycle: install without start registers, and no process is ever started', 'install always starts', (sound) => ({
    install: (spec, options) => sound.install(spec, {...options, start: true}),
  })),
  verbs('install: exclusive refuses what is registered, an equal spec too, and changes nothing', 'exclusive is ignored', (sound) => ({
    install: (spec, {start}) => sound.install(spec, {start}),
  })),
  verbs('install: the same spec twice changes nothing and keeps the process', 'every install is an update', (sound) => ({
    install: async (spec, options) => ({...(await sound.install(spec, options)), change: 'updated'}),
  })),
  verbs('install: a changed spec replaces the definition and keeps the process until a restart', 'an update restarts', (sound) => ({
    async install(spec, options) {
      const result = await sound.install(spec, options)
      if (result.restartDue) await sound.restart(spec.id)
      return result
    },
  })),
  verbs('install: environment in another order is the same spec', 'the order of variables matters', (sound) => {
    const seen = new Map<string, string>()
    return {
      async install(spec, options) {
        const text = JSON.stringify(spec)
        const change = seen.has(spec.id) ? (seen.get(spec.id) === text ? 'unchanged' : 'updated') : 'created'
        seen.set(spec.id, text)
        return {...(await sound.install(spec, options)), change}
      },
    }
  }),
  verbs('install: a changed spec replaces the definition and keeps the process until a restart', 'no restart is ever due', (sound) => ({
    install: async (spec, options) => ({...(await sound.install(spec, options)), restartDue: false}),
  })),
  verbs('install: a change of the stop deadline alone is an update', 'only the command is compared', (sound) => {
    const seen = new Map<string, string>()
    return {
      async install(spec, options) {
        const known = seen.get(spec.id) === spec.command.join(' ')
        seen.set(spec.id, spec.command.join(' '))
        return known ? {change: 'unchanged', restartDue: false} : sound.install(spec, options)
      },
    }
  }),
  verbs('install: many at once: each has an answer, in the order of asking, and a bad one stops no other', 'installMany stops early', (sound) => ({
    installMany: async ([first]) => [{id: first!.spec.id, ok: true, result: await sound.install(first!.spec, first!.options)}],
  })),
  verbs('lifecycle: uninstall of a running service leaves no process and no definition', 'uninstall only stops', (sound) => ({
    async uninstall(id) {
      if ((await sound.status(id)).state !== 'absent') await sound.stop(id)
    },
  })),
]

const IDENTITY: readonly Mutant[] = [
  verbs('idempotence: uninstall of the unknown is success', 'uninstall of the unknown fails', (sound) => ({
    async uninstall(id) {
      if ((await sound.status(id)).state === 'absent') throw new ServiceManagerError('not-registered', 'who?')
      await sound.uninstall(id)
    },
  })),
  verbs('idempotence: start of the unknown is refused as not registered', 'start of the unknown succeeds', (sound) => ({
    async start(id) {
      if ((await sound.status(id)).state !== 'absent') await sound.start(id)
    },
  })),
  verbs('idempotence: stop of the unknown is refused as not registered', 'errors have no code', (sound) => ({
    stop: (id, options) =>
      sound.stop(id, options).catch(() => {
        throw new Error('exit status 1')
      }),
  })),
  verbs('idempotence: status of the unknown is absent', 'the unknown shows as stopped', (sound) => ({
    async status(id) {
      const status = await sound.status(id)
      return status.state === 'absent' ? {enabled: false, state: 'stopped'} : status
    },
  })),
  verbs('idempotence: stop twice is stop once, from stopped', 'stop of the stopped fails', (sound) => ({
    async stop(id, options) {
      if ((await sound.status(id)).state === 'stopped') throw new ServiceManagerError('command-failed', 'not running')
      await sound.stop(id, options)
    },
  })),
  verbs('lifecycle: a verb on one service leaves the others alone', 'uninstall takes ids for prefixes', (sound) => ({
    async uninstall(id) {
      for (const one of await sound.list()) if (one.startsWith(id)) await sound.uninstall(one)
    },
  })),
  verbs('harness rules: two homes do not see or touch each other', 'homes are not told apart', (_, host) => shared(host)),
  verbs('observation: a second connection sees and steers the same services', 'each connection has a list of its own', (sound) => {
    const mine = new Set<string>()
    return {
      install(spec, options) {
        mine.add(spec.id)
        return sound.install(spec, options)
      },
      list: async () => (await sound.list()).filter((id) => mine.has(id)),
    }
  }),
  {
    foundBy: 'harness rules: detect() on a machine with nothing is not usable and says why',
    make: async () => ({
      memory: createMemoryBackend(),
      mutate: (backend) => ({...backend, detect: () => ({because: 'always', usable: true})}),
    }),
    what: 'detect finds itself everywhere',
  },
  {
    foundBy: "harness rules: dispose() ends even a process that ignores SIGTERM",
    async make() {
      const memory = createMemoryBackend()
      return {memory: {...memory, async dispose() {}}}
    },
    what: 'the harness leaves processes behind',
  },
]

const common = createMemoryBackend()
const shared = (host: Host): ServiceManager => common.connect({...host, home: '/one-for-all'})

/** What the mutants that share a home have left. */
export const disposeShared = (): Promise<void> => common.dispose()

const SUPERVISING: readonly Mutant[] = [
  judges('exit codes: exit code 0: it stays down', '0 is restarted', 0, 'restart'),
  judges('exit codes: exit code 78: it stays down and is failed', '78 is restarted', 78, 'restart'),
  judges('exit codes: exit code 75: it is restarted', '75 stays down', 75, 'stay-down'),
  judges('exit codes: exit code 1: it is restarted', 'a crash stays down', 1, 'failed'),
  judges('exit codes: a crash loop ends, and is failed', 'crash loops never end', 1, 'restart'),
  judges('supervision: a killed process comes back as a new one', 'what is killed stays down', -1, 'failed'),
  launches('supervision: a program that ignores SIGTERM is killed at the stop deadline and not before', 'SIGKILL at once', (launch) => (...args) => {
    const child = launch(...args)
    return {...child, kill: () => child.kill('SIGKILL')}
  }),
  launches('supervision: a program that ignores SIGTERM is killed at the stop deadline and not before', 'SIGTERM only', (launch) => (...args) => {
    const child = launch(...args)
    return {...child, kill: () => child.kill('SIGTERM')}
  }),
  launches('supervision: a program that is slow to end is given its time', 'stopSeconds is ignored', (launch) => (spec, ...rest) => {
    const child = launch(spec, ...rest)
    const kill = (signal: 'SIGKILL' | 'SIGTERM') => {
      child.kill(signal)
      setTimeout(() => child.kill('SIGKILL'), 5)
    }

    return {...child, kill}
  }),
  launches('readiness: start returns only once the program is ready', 'what runs is ready', (launch) => (...args) => ({
    ...launch(...args),
    ready: Promise.resolve(),
  })),
  launches('concurrency: many starts at once give one process', 'everything runs twice', (launch) => (...args) => {
    launch(...args)
    return launch(...args)
  }),
]

const RUNNING: readonly Mutant[] = [
  launches('hostile input: arguments arrive as they are', 'arguments go through a shell', (launch) => (spec, ...rest) =>
    launch({...spec, command: ['/bin/sh', '-c', `exec ${quoted(spec.command)}`]}, ...rest),
  ),
  launches('hostile input: values of the environment arrive as they are', '% is expanded', (launch) => (spec, ...rest) => {
    const environment = Object.fromEntries(Object.entries(spec.environment).map(([name, value]) => [name, value.replaceAll('%%', '%')]))
    return launch({...spec, environment}, ...rest)
  }),
  launches('hostile input: a line break in a value of the environment arrives, or is refused as an invalid spec', 'values end at a line break', (launch) => (spec, ...rest) => {
    const environment = Object.fromEntries(Object.entries(spec.environment).map(([name, value]) => [name, value.split('\n')[0]!]))
    return launch({...spec, environment}, ...rest)
  }),
  launches("lifecycle: the caller's environment does not reach the program", 'the environment is inherited', (launch) => (spec, ...rest) =>
    launch({...spec, environment: {...(process.env as Record<string, string>), ...spec.environment}}, ...rest),
  ),
  launches('lifecycle: the program gets its arguments, environment and working directory', 'it runs in /', (launch) => (spec, ...rest) =>
    launch({...spec, workingDirectory: '/'}, ...rest),
  ),
  verbs('logs: logs gives the last lines of stdout and stderr, oldest first', 'logs are newest first', (sound) => ({
    async *logs(id, options) {
      const lines: string[] = []
      for await (const line of sound.logs!(id, options)) lines.unshift(line)
      yield* lines
    },
  })),
  verbs('logs: logs gives the last lines of stdout and stderr, oldest first', 'logs are always whole', (sound) => ({
    logs: (id, options) => sound.logs!(id, {...options, lines: 1000}),
  })),
  verbs('logs: following gives lines as they are written, and ends when aborted', 'follow ends at once', (sound) => ({
    logs: (id, options) => sound.logs!(id, {...options, follow: false}),
  })),
  verbs('logs: following gives lines as they are written, and ends when aborted', 'follow never ends', (sound) => ({
    logs: (id, {follow, lines}) => sound.logs!(id, {follow, lines}),
  })),
]

export const MUTANTS: readonly Mutant[] = [...LYING, ...INSTALLING, ...IDENTITY, ...SUPERVISING, ...RUNNING]
