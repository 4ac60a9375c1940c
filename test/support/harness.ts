import type {Backend} from '@hermes-cli/service-manager'
import type {Harness, Instance} from '@hermes-cli/service-manager/conformance'
import {createMemoryBackend, type MemoryBackend, type MemoryOptions} from '@hermes-cli/service-manager/memory'

import {createHost} from '#hermes/host/host.js'

/** The reference with all it can do, so that no test of the kit is skipped. */
export const soundMemory = (options: MemoryOptions = {}): MemoryBackend => createMemoryBackend({bootPersistence: true, ...options})

/** A harness for the memory backend, or for a broken variant of it. */
export function memoryHarness(
  memory: MemoryBackend,
  change: Partial<Harness> = {},
  mutate = (backend: Backend): Backend => backend,
): Harness {
  return {
    backend: mutate(memory),
    async create(home): Promise<Instance> {
      const environment = {HERMES_BACKEND: 'memory', PATH: process.env.PATH}
      return {dispose: () => memory.dispose(home), host: createHost({environment, home})}
    },
    reboot: ({host}) => memory.reboot(host.home),
    // Its restarts come after 20 ms.
    quiet: 200,
    ...change,
  }
}
