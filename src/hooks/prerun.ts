import type {Hook} from '@oclif/core'

import {ensureContext} from '../cli/context.js'

/** Whether a command needs a service manager. Said by every command class of hermes as `static serviceManager`. */
export type Need = 'none' | 'optional' | 'required'

/**
 * Hands the context to every command and detects the service manager for those that can use one. That none was found
 * is said by the command itself (cli/base-command.ts), where --json is known.
 */
const prerun: Hook.Prerun = async function ({Command, config}) {
  const need = (Command as unknown as {serviceManager?: Need}).serviceManager
  const context = ensureContext(config)
  if (need === 'optional' || need === 'required') await context.detect()
}

export default prerun
