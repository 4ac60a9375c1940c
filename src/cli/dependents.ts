import type {Interfaces} from '@oclif/core'
import type {HermesContext} from '@hermes-cli/service-manager'

import {resolve} from 'node:path'

import {withinLimit} from '../host/limit.js'
import {announcedBackends} from './announced.js'

/** Milliseconds a manager may take to say what it looks after: its plugin may be removed because it is broken. */
const LIMIT = 10_000

type Plugins = Pick<Interfaces.Config, 'getPluginsList'>

/** The user's plugins that these words of `plugins:uninstall` mean; all of them for `plugins:reset`. */
function meant(config: Plugins, argv: readonly string[], all: boolean): readonly string[] {
  const words = argv.filter((word) => !word.startsWith('-'))
  const wanted = words.length > 0 ? words : ['.']
  const isMeant = ({name, root}: Interfaces.Plugin): boolean =>
    wanted.some((word) => word === name || word.replace(/(?<=.)@[^/]*$/, '') === name || resolve(word) === root)
  return config
    .getPluginsList()
    .filter((plugin) => plugin.type === 'user' || plugin.type === 'link')
    .filter((plugin) => all || isMeant(plugin))
    .map(({name}) => name)
}

/** A warning for each service manager that still looks after gateways, and that nobody could reach without these plugins. */
export async function dependents(
  config: Plugins,
  context: HermesContext,
  argv: readonly string[],
  all: boolean,
): Promise<readonly string[]> {
  const names = meant(config, argv, all)
  const kinds = new Set(
    announcedBackends(config)
      .filter(({plugin}) => names.includes(plugin.name))
      .map(({announcement}) => announcement.kind),
  )
  if (kinds.size === 0) return []
  const {usable} = await context.detect()
  const warnings = usable
    .filter(({backend}) => kinds.has(backend.kind))
    .map(async ({backend, label, manager}) => {
      const ids = await withinLimit(manager.list(), LIMIT).catch(() => [])
      const them = ids.length === 1 ? 'it' : 'them'
      return ids.length === 0
        ? undefined
        : `${label} still looks after ${ids.length === 1 ? 'the gateway of the profile' : 'gateways of the profiles'} ${ids.join(', ')}: without its plugin hermes can neither stop nor remove ${them}, and ${label} keeps ${them} running. Install the plugin again and run first: ${ids.map((id) => `hermes gateway:uninstall ${id} --backend ${backend.kind}`).join('; ')}`
    })
  return (await Promise.all(warnings)).filter((text) => text !== undefined)
}
