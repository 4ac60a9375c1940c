import {readLogFiles, type LogOptions} from '@hermes-cli/service-manager'

import {join} from 'node:path'

import {logFiles} from './attend/log-file.js'
import {ours} from './claim.js'
import {look} from './look.js'
import type {Site} from './site.js'

/** What the program wrote, from the attendant's files. */
export async function* readLogs(site: Site, id: string, options: LogOptions): AsyncGenerator<string> {
  const {definition} = ours(site, await look(site), id)
  if (!definition) return
  const files = logFiles(join(definition.spec.home, definition.spec.logDirectory)).reverse()
  yield* readLogFiles(site.host, () => files, options)
}
