import type {Hook} from '@oclif/core'

import type {Need} from '../cli/base-command.js'
import {ensureContext} from '../cli/context.js'
import {tellLikeOurs} from '../cli/strangers.js'

/**
 * Hands the context to every command and detects the service manager for those that can use one. That none was found
 * is said by the command itself (cli/base-command.ts), where --json is known.
 */
const prerun: Hook.Prerun = async function ({Command, config}) {
  const need = (Command as unknown as {serviceManager?: Need}).serviceManager
  const context = ensureContext(config)
  tellLikeOurs(Command)
  if (need === 'optional' || need === 'required') await context.detect()
}

export default prerun
