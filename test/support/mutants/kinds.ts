import type {Backend, Host, ServiceManager} from '@hermes-cli/service-manager'

import {judgeExit, loadLaunch, type MemoryBackend, type Verdict} from '@hermes-cli/service-manager/memory'

import {soundMemory} from '../harness.js'

/** A backend that is wrong in one way, and the test of the kit that must find it out. */
export interface Mutant {
  readonly what: string
  readonly foundBy: string
  /** What that test complains about: it must not fail for another reason. */
  readonly says: RegExp
  make(): Promise<{memory: MemoryBackend; mutate?: (backend: Backend) => Backend}>
}

export type Change = (manager: ServiceManager, host: Host) => Partial<ServiceManager>

const sound = (memory: MemoryBackend, host: Host) => memory.connect(host)

/** Wrong verbs over a sound supervisor. */
export const verbs = (foundBy: string, what: string, says: RegExp, change: Change): Mutant => ({
  foundBy,
  async make() {
    const memory = soundMemory()
    const connect = (host: Host) => {
      const manager = sound(memory, host)
      return {...manager, ...change(manager, host)}
    }

    return {memory, mutate: (backend) => ({...backend, connect})}
  },
  says,
  what,
})

/** A sound manager over a supervisor that judges exits wrongly. */
export const judges = (foundBy: string, what: string, says: RegExp, [code, verdict]: readonly [number, Verdict]): Mutant => ({
  foundBy,
  make: async () => ({memory: soundMemory({judge: (exit) => (exit.code === code ? verdict : judgeExit(exit))})}),
  says,
  what,
})

type Launch = Awaited<ReturnType<typeof loadLaunch>>

/** A sound manager whose programs are run wrongly. */
export const launches = (foundBy: string, what: string, says: RegExp, change: (launch: Launch) => Launch): Mutant => ({
  foundBy,
  make: async () => ({memory: soundMemory({launch: change(await loadLaunch())})}),
  says,
  what,
})
