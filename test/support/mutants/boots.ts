import {createMemoryBackend} from '@hermes-cli/service-manager/memory'

import {soundMemory} from '../harness.js'
import {verbs, type Mutant} from './kinds.js'

/** What the next boot brings back. */
export const BOOTS: readonly Mutant[] = [
  {
    foundBy: 'boot persistence: what was started comes back after a reboot',
    make: async () => ({
      memory: createMemoryBackend(),
      mutate: (backend) => ({...backend, supports: {...backend.supports, bootPersistence: true}}),
    }),
    says: /start number 2/,
    what: 'nothing comes back after a reboot',
  },
  {
    foundBy: 'boot persistence: what was stopped, or only registered, stays down after a reboot and can be started',
    async make() {
      const memory = soundMemory()
      const reboot = async (home: string) => {
        await memory.reboot(home)
        const manager = memory.connect({home} as never)
        for (const id of await manager.list()) await manager.start(id)
      }

      return {memory: {...memory, reboot}}
    },
    says: /no process of the others/,
    what: 'everything comes back after a reboot',
  },
  verbs(
    'boot persistence: what was installed without enable runs now, and not after a reboot',
    'enable is ignored',
    /it does not come back/,
    (sound) => ({
      install: (spec, {enable: _, ...options}) => sound.install(spec, options),
    }),
  ),
]
