import {join} from 'node:path'

import type {Host} from '../host.js'
import {readLogFiles} from '../log-files.js'
import type {LogOptions} from '../types.js'
import {LOG} from './logger.js'

/**
 * The last lines of what an attendant keeps, oldest first, and with `follow` what comes after them, across rotations.
 * Throws `permission`.
 */
export function readAttendedLogs(host: Host, directory: string, options: LogOptions): AsyncIterable<string> {
  const current = join(directory, 'current')
  const files = [...Array.from({length: LOG.files}, (_, index) => `${current}.${LOG.files - index}`), current]
  return readLogFiles(host, () => files, options)
}
