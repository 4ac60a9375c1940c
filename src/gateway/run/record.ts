import type {ProcessIdentity} from '../../host/process.js'
import {writeState, type GatewayState, type GatewayStateName} from '../state.js'
import {say} from './log.js'

/** `undefined` takes a field away. */
type Extra = {[K in Exclude<keyof GatewayState, 'gateway_state' | 'since' | 'updated_at'>]?: GatewayState[K] | undefined}

export interface StateRecord {
  readonly current: () => GatewayState
  /** Adds to what is known and has it written, soon. */
  set(name: GatewayStateName, extra?: Extra): void
  /** All of it is on the disk, or could not be put there: never rejects. */
  written(): Promise<void>
}

/** gateway_state.json of this life. Writes happen one after the other, the last one last; a disk that fails is only a warning. */
export function keepRecord(directory: string, self: ProcessIdentity, base: Extra, write: typeof writeState = writeState): StateRecord {
  let current = {...base, boot_id: self.bootId, gateway_state: 'stopped', pid: self.pid, start_time: self.startTime} as GatewayState
  let queue = Promise.resolve()
  let complained = ''
  const attempt = async (state: GatewayState) => {
    try {
      await write(directory, state)
      complained = ''
    } catch (error) {
      const {code, message} = error as NodeJS.ErrnoException
      // Once per kind of trouble: a full disk must not fill the log as well.
      if (complained !== (code ?? message)) say(`warning: gateway_state.json could not be written (${code ?? message}); going on`)
      complained = code ?? message
    }
  }

  return {
    current: () => current,
    set(name, extra = {}) {
      const now = new Date().toISOString()
      const since = current.gateway_state === name && current.since ? current.since : now
      const merged = {...current, ...extra, gateway_state: name, since, updated_at: now}
      current = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined)) as unknown as GatewayState
      const state = current
      queue = queue.then(() => attempt(state))
    },
    written: () => queue,
  }
}
