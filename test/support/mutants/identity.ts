import type {Host, ServiceManager} from '@hermes-cli/service-manager'

import {ServiceManagerError} from '@hermes-cli/service-manager'

import {soundMemory} from '../harness.js'
import {verbs, type Mutant} from './kinds.js'

const common = soundMemory()
const shared = (host: Host): ServiceManager => common.connect({...host, home: '/one-for-all'})

/** What the mutants that share a home have left. */
export const disposeShared = (): Promise<void> => common.dispose()

/** Which service is which, and what is said of one that is not there. */
export const IDENTITY: readonly Mutant[] = [
  verbs('idempotence: uninstall of the unknown is success', 'uninstall of the unknown fails', /who\?/, (sound) => ({
    async uninstall(id) {
      if ((await sound.status(id)).state === 'absent') throw new ServiceManagerError('not-registered', 'who?')
      await sound.uninstall(id)
    },
  })),
  verbs(
    'idempotence: start of the unknown is refused as not registered',
    'start of the unknown succeeds',
    /must fail with not-registered, but succeeded/,
    (sound) => ({
      async start(id) {
        if ((await sound.status(id)).state !== 'absent') await sound.start(id)
      },
    }),
  ),
  verbs(
    'idempotence: stop of the unknown is refused as not registered',
    'errors have no code',
    /must fail with not-registered, not unavailable/,
    (sound) => ({
      stop: (id, options) =>
        sound.stop(id, options).catch(() => {
          throw new Error('exit status 1')
        }),
    }),
  ),
  verbs('idempotence: status of the unknown is absent', 'the unknown shows as stopped', /state: 'stopped'/, (sound) => ({
    async status(id) {
      const status = await sound.status(id)
      return status.state === 'absent' ? {enabled: false, state: 'stopped'} : status
    },
  })),
  verbs('idempotence: stop twice is stop once, from stopped', 'stop of the stopped fails', /not running/, (sound) => ({
    async stop(id, options) {
      if ((await sound.status(id)).state === 'stopped') throw new ServiceManagerError('command-failed', 'not running')
      await sound.stop(id, options)
    },
  })),
  verbs(
    'lifecycle: a verb on one service leaves the others alone',
    'uninstall takes ids for prefixes',
    /a live process of "a-b"/,
    (sound) => ({
      async uninstall(id) {
        for (const one of await sound.list()) if (one.startsWith(id)) await sound.uninstall(one)
      },
    }),
  ),
  verbs(
    'hostile input: ids that mean something elsewhere are ids like any other',
    'ids are cut at 60 characters',
    /deep-equal/,
    (sound) => ({
      install: (spec, options) => sound.install({...spec, id: spec.id.slice(0, 60)}, options),
    }),
  ),
  verbs(
    'harness rules: two homes do not see or touch each other',
    'homes are not told apart',
    /the other home lists nothing of mine/,
    (_, host) => shared(host),
  ),
  verbs(
    'observation: a second connection sees and steers the same services',
    'each connection has a list of its own',
    /deep-equal/,
    (sound) => {
      const mine = new Set<string>()
      return {
        install(spec, options) {
          mine.add(spec.id)
          return sound.install(spec, options)
        },
        list: async () => (await sound.list()).filter((id) => mine.has(id)),
      }
    },
  ),
  {
    foundBy: 'harness rules: detect() on a machine with nothing is not usable and says why',
    make: async () => ({
      memory: soundMemory(),
      mutate: (backend) => ({...backend, detect: () => ({because: 'always', usable: true})}),
    }),
    says: /nothing is there/,
    what: 'detect finds itself everywhere',
  },
  {
    foundBy: 'harness rules: dispose() ends even a process that ignores SIGTERM',
    async make() {
      const memory = soundMemory()
      return {memory: {...memory, async dispose() {}}}
    },
    says: /left processes/,
    what: 'the harness leaves processes behind',
  },
]
