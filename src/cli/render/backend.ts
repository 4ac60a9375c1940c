import type {Considered, DetectionResult} from '@hermes-cli/service-manager'

import {HermesError} from '../../profile/errors.js'
import {table} from './table.js'

/** One line of the detection trace. */
const line = ({because, kind}: Considered): string => `${kind}: ${because}`

/** What was looked for, why each did not fit, and the ways on. */
export function noServiceManager({considered, usable}: DetectionResult, wanted?: string): HermesError {
  const trace = considered.length > 0 ? considered.map((entry) => `\n  ${line(entry)}`).join('') : '\n  no backend is installed'
  const what =
    wanted && usable.length > 0
      ? `no supported service manager detected: HERMES_BACKEND asks for "${wanted}", which is not usable here`
      : 'no supported service manager detected'
  return new HermesError('no-service-manager', `${what}. Looked for:${trace}`, {
    suggestions: [
      'Run the gateway in the foreground: hermes gateway:run -p NAME',
      'Start a private supervision tree (needs s6): hermes s6 boot',
    ],
  })
}

export interface BackendRow extends Considered {
  readonly chosen: boolean
}

export async function renderBackends(rows: readonly BackendRow[]): Promise<string> {
  if (rows.length === 0) return 'No backend is installed. Add one with: hermes plugins install PACKAGE'
  return table(
    ['', 'BACKEND', 'RANK', 'USABLE', 'BECAUSE', 'PLUGIN'],
    rows.map((row) => [row.chosen ? '*' : '', row.label, String(row.rank), row.usable ? 'yes' : 'no', row.because, row.plugin]),
  )
}
