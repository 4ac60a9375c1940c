import type {Interfaces} from '@oclif/core'
import type {Considered} from '@hermes-cli/service-manager'

import {readFileSync} from 'node:fs'
import {join} from 'node:path'

import {asError} from '../host/errors.js'
import {refusal} from './announced.js'

/** `dataDir`: where @oclif/plugin-plugins keeps what the user has installed and linked. */
export type UserPlugins = Pick<Interfaces.Config, 'getPluginsList'> & Partial<Pick<Interfaces.Config, 'dataDir'>>

interface Installed {
  readonly name?: unknown
  readonly root?: unknown
}

/** Plugins of the user that oclif could not load, which it does not name. */
export function unloaded(config: UserPlugins): Considered[] {
  const {dataDir} = config
  if (dataDir === undefined) return []
  const loaded = new Set(config.getPluginsList().map(({name}) => name))
  return installedIn(dataDir).flatMap(({name, root}) => {
    if (typeof name !== 'string' || loaded.has(name)) return []
    const place = typeof root === 'string' ? root : join(dataDir, 'node_modules', name)
    return [refusal(name, name, `the plugin is broken: ${reason(join(place, 'package.json'))}`)]
  })
}

function installedIn(dataDir: string): readonly Installed[] {
  try {
    const {oclif} = JSON.parse(readFileSync(join(dataDir, 'package.json'), 'utf8')) as {oclif?: {plugins?: unknown}}
    const plugins: unknown[] = Array.isArray(oclif?.plugins) ? oclif.plugins : []
    return plugins.filter((one): one is Installed => typeof one === 'object' && one !== null)
  } catch {
    return []
  }
}

function reason(path: string): string {
  try {
    JSON.parse(readFileSync(path, 'utf8'))
    return `it cannot be loaded: ${path} is that of no plugin, or of another`
  } catch (error) {
    return `it cannot be loaded: ${(error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no' : 'this is no JSON:'} ${path}${(error as NodeJS.ErrnoException).code ? '' : ` (${asError(error).message.split('\n')[0]})`}`
  }
}
