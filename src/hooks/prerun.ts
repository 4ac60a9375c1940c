import type {Hook} from '@oclif/core'

import type {Need} from '../cli/base-command.js'
import {ensureContext} from '../cli/context.js'
import {namesFromTheLine, tellLikeOurs} from '../cli/strangers.js'

/** Removing plugins, under all the names it has. */
const REMOVING = new Set(['plugins:remove', 'plugins:reset', 'plugins:uninstall', 'plugins:unlink'])
const INSTALLING = new Set(['plugins:add', 'plugins:install'])

/**
 * Hands the context to every command and detects the service manager for those that can use one. That none was found
 * is said by the command itself (cli/base-command.ts), where --json is known. Mends what @oclif/plugin-plugins makes of
 * paths, and warns before a backend goes that gateways depend on.
 */
const prerun: Hook.Prerun = async function ({argv, Command, config}) {
  const need = (Command as unknown as {serviceManager?: Need}).serviceManager
  const context = ensureContext(config)
  tellLikeOurs(Command)
  if (Command.plugin?.type === 'core') namesFromTheLine(Command)
  if (need === 'optional' || need === 'required') await context.detect()
  if (INSTALLING.has(Command.id)) {
    const {pluginSource} = await import('../cli/plugin-sources.js')
    argv.splice(0, argv.length, ...argv.map((word) => pluginSource(word, process.cwd())))
  } else if (REMOVING.has(Command.id)) {
    const {dependents} = await import('../cli/dependents.js')
    for (const text of await dependents(config, context, argv, Command.id === 'plugins:reset')) context.host.warn(text)
  }
}

export default prerun
