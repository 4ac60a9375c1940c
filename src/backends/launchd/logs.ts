import {ServiceManagerError, type Host, type LogOptions} from '@hermes-cli/service-manager'
import {readAttendedLogs} from '@hermes-cli/service-manager/attendant'

import {join} from 'node:path'

import {ownRecord} from './definition.js'
import {placeOf} from './site.js'

/** What the attendant keeps: launchd has no logs of its own. */
export async function* readLogs(host: Host, id: string, options: LogOptions): AsyncIterable<string> {
  const {home, logDirectory} = ownRecord({...placeOf(host), host}, id).spec
  const directory = join(home, logDirectory)
  try {
    yield* readAttendedLogs(host, directory, options)
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException
    if (code !== 'EACCES' && code !== 'EPERM') throw error
    throw new ServiceManagerError('permission', `could not read the log of "${id}": user ${host.uid} may not read ${directory}`, {
      suggestions: ['Run this as the user the service runs as, or as root.'],
    })
  }
}
