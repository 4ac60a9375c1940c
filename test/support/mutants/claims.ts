import {verbs, type Mutant} from './kinds.js'

/** Verbs that do not do what they say, and observations that are not so. */
export const CLAIMS: readonly Mutant[] = [
  verbs('lifecycle: start brings up what was registered', 'start does nothing', /a live process of "a"/, () => ({async start() {}})),
  verbs(
    'lifecycle: stop returns when the process has ended, after one SIGTERM',
    'stop does nothing',
    /it has ended when stop returns/,
    () => ({async stop() {}}),
  ),
  verbs('lifecycle: restart gives a new process, and the old one has ended', 'restart is only start', /strictly unequal/, (sound) => ({
    restart: (id) => sound.start(id),
  })),
  verbs(
    'lifecycle: stop returns when the process has ended, after one SIGTERM',
    'stop does not wait',
    /it has ended when stop returns/,
    (sound) => ({
      async stop(id, options) {
        sound.stop(id, options).catch(() => {})
      },
    }),
  ),
  verbs('observation: list has all and only ours, running or not, in byte order', 'list has only what runs', /deep-equal/, (sound) => ({
    async list() {
      const ids = await sound.list()
      const states = await Promise.all(ids.map((id) => sound.status(id)))
      return ids.filter((_, index) => states[index]!.state === 'running')
    },
  })),
  verbs('observation: list has all and only ours, running or not, in byte order', 'list is in another order', /deep-equal/, (sound) => ({
    list: async () => [...(await sound.list())].reverse(),
  })),
  verbs(
    'observation: a running service has the true pid and a plausible since',
    'the pid is our own',
    /the pid in the status is the pid of the probe/,
    (sound) => ({
      async status(id) {
        const status = await sound.status(id)
        return status.state === 'running' ? {...status, pid: process.pid} : status
      },
    }),
  ),
  verbs('observation: a running service has the true pid and a plausible since', 'since is the epoch', /since: 1970/, (sound) => ({
    async status(id) {
      const status = await sound.status(id)
      return status.state === 'running' ? {...status, since: new Date(0)} : status
    },
  })),
  verbs('exit codes: exit code 78: it stays down and is failed', 'failed shows as stopped', /is failed: not so.*"stopped"/, (sound) => ({
    async status(id) {
      const status = await sound.status(id)
      return status.state === 'failed' ? {enabled: status.enabled, state: 'stopped'} : status
    },
  })),
  verbs(
    'observation: start enables, stop disables, a stop for a while does not',
    'stop never disables',
    /^stopped: not enabled/,
    (sound) => ({
      stop: (id) => sound.stop(id, {disable: false}),
    }),
  ),
  verbs('observation: start enables, stop disables, a stop for a while does not', 'stop always disables', /still enabled/, (sound) => ({
    stop: (id) => sound.stop(id),
  })),
]
