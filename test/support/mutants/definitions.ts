import {ServiceManagerError} from '@hermes-cli/service-manager'
import {setTimeout as delay} from 'node:timers/promises'

import {verbs, type Mutant} from './kinds.js'

/** Installing and removing. */
export const DEFINITIONS: readonly Mutant[] = [
  verbs(
    'lifecycle: install without start registers, and no process is ever started',
    'install always starts',
    /no live process of "a"/,
    (sound) => ({
      install: (spec, options) => sound.install(spec, {...options, start: true}),
    }),
  ),
  verbs(
    'install: exclusive refuses what is registered, an equal spec too, and changes nothing',
    'exclusive is ignored',
    /must fail with already-registered, but succeeded/,
    (sound) => ({
      install: (spec, {start}) => sound.install(spec, {start}),
    }),
  ),
  verbs('install: the same spec twice changes nothing and keeps the process', 'every install is an update', /updated/, (sound) => ({
    install: async (spec, options) => ({...(await sound.install(spec, options)), change: 'updated'}),
  })),
  verbs(
    'install: a changed spec replaces the definition and keeps the process until a restart',
    'an update restarts',
    /the same process as before/,
    (sound) => ({
      async install(spec, options) {
        const result = await sound.install(spec, options)
        if (result.restartDue) await sound.restart(spec.id)
        return result
      },
    }),
  ),
  verbs(
    'install: a changed spec replaces the definition and keeps the process until a restart',
    'no restart is ever due',
    /restartDue: false/,
    (sound) => ({
      install: async (spec, options) => ({...(await sound.install(spec, options)), restartDue: false}),
    }),
  ),
  verbs('install: a change of the stop deadline alone is an update', 'only the command is compared', /unchanged/, (sound) => {
    const seen = new Map<string, string>()
    return {
      async install(spec, options) {
        const known = seen.get(spec.id) === spec.command.join(' ')
        seen.set(spec.id, spec.command.join(' '))
        return known ? {change: 'unchanged', restartDue: false} : sound.install(spec, options)
      },
    }
  }),
  verbs(
    'install: many at once: each has an answer, in the order of asking, and a bad one stops no other',
    'installMany stops early',
    /refused/,
    (sound) => ({
      installMany: async ([first]) => [{id: first!.spec.id, ok: true, result: await sound.install(first!.spec, first!.options)}],
    }),
  ),
  verbs('removal: uninstall of a running service leaves no process and no definition', 'uninstall only stops', /"stopped"/, (sound) => ({
    async uninstall(id) {
      if ((await sound.status(id)).state !== 'absent') await sound.stop(id)
    },
  })),
  verbs(
    'removal: uninstall leaves no process of a program that ignores SIGTERM',
    'uninstall does not wait',
    /no live process of "a"/,
    (sound) => ({
      async uninstall(id) {
        sound.uninstall(id).catch(() => {})
      },
    }),
  ),
  verbs(
    'concurrency: of many exclusive installs at once exactly one wins',
    'exclusive looks first and installs later',
    /fulfilled/,
    (sound) => ({
      async install(spec, {exclusive, ...options}) {
        const {state} = await sound.status(spec.id)
        await delay(20)
        if (exclusive && state !== 'absent') throw new ServiceManagerError('already-registered', 'it is there')
        return sound.install(spec, options)
      },
    }),
  ),
]
