import type {Host, LogOptions} from '@hermes-cli/service-manager'
import {readAttendedLogs} from '@hermes-cli/service-manager/attendant'

import {join} from 'node:path'

import {ownRecord} from './definition.js'
import {placeOf} from './site.js'

/** What the attendant keeps: launchd has no logs of its own. */
export function readLogs(host: Host, id: string, options: LogOptions): AsyncIterable<string> {
  const {home, logDirectory} = ownRecord({...placeOf(host), host}, id).spec
  return readAttendedLogs(host, join(home, logDirectory), options)
}
