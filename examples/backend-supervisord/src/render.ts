import {launchLines, recordComment, ServiceManagerError, specInComment, type ServiceSpec} from '@hermes-cli/service-manager'

import {join} from 'node:path'

import type {Place} from './locate.js'

/** Bytes of a log, and how many older ones stay. */
const [LOG_SIZE, LOGS] = ['1MB', 5]

/** Pure: the file of a program. Equal specs give equal texts. Throws `invalid-spec`. */
export function render({isRoot, logs}: Place, name: string, spec: ServiceSpec, enabled: boolean): string {
  const words = [...spec.command, ...Object.values(spec.environment)]
  // Python reads either as the end of a line, and a line that goes on loses the white space it begins with.
  if (words.some((word) => /[\r\n]/.test(word)))
    throw new ServiceManagerError('invalid-spec', `"${spec.id}": a file of supervisord cannot hold a line break`)
  return [
    ...recordComment(spec, ';'),
    `[program:${name}]`,
    // In environment= a value can neither begin nor end with a quotation mark, in directory= nothing follows " ;".
    `command=/bin/sh -c ${word(launchLines(spec).join('; '))}`,
    `autostart=${enabled}`,
    // What ends with 0 stays down, all else is started again at once: the gateway itself waits between failures.
    'autorestart=unexpected',
    'exitcodes=0',
    // Otherwise an early end with 0 counts as a failed start.
    'startsecs=0',
    `stopwaitsecs=${Math.ceil(spec.stopSeconds)}`,
    'killasgroup=true',
    'redirect_stderr=true',
    // Expanded twice.
    ...(logs ? [`stdout_logfile=${join(logs, `${name}.log`)}`] : []),
    `stdout_logfile_maxbytes=${LOG_SIZE}`,
    `stdout_logfile_backups=${LOGS}`,
    ...(isRoot && spec.user ? [`user=${spec.user}`] : []),
    '',
  ].join('\n')
}

/**
 * Pure: one word for shlex.split. A `;` or `#` after white space begins a comment, inside quotes too, `%` an expansion, and
 * %(here)s is expanded before that: none of these ever stands beside what would make it so.
 */
const word = (text: string): string => `'${text.replaceAll(/[';#(]/g, String.raw`'\$&'`).replaceAll('%', '%%')}'`

export interface Definition {
  readonly enabled: boolean
  readonly spec: ServiceSpec
}

/** Pure: what a file of ours says. Undefined for one that is not ours. */
export function readDefinition(text: string): Definition | undefined {
  const spec = specInComment(text, ';')
  return spec && {enabled: /^\s*autostart\s*=\s*(?:true|yes|on|1)\s*$/im.test(text), spec}
}
