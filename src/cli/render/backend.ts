import type {Considered, DetectionResult} from '@hermes-cli/service-manager'

import {HermesError} from '../../profile/errors.js'
import {table} from './table.js'

/** One line of the detection trace. */
const line = ({because, kind, scope}: Considered): string => `${kind}${scope ? ` (${scope})` : ''}: ${because}`

/** What was looked for, why each did not fit, and the ways on. */
export function noServiceManager({considered, usable}: DetectionResult, wanted: string | undefined): HermesError {
  const trace = considered.length > 0 ? considered.map((entry) => `\n  ${line(entry)}`).join('') : '\n  no backend is installed'
  const asked = `no supported service manager detected: --backend or HERMES_BACKEND asks for "${wanted}", which`
  const what =
    wanted && !considered.some(({kind}) => kind === wanted)
      ? `${asked} no installed plugin has`
      : wanted && usable.length > 0
        ? `${asked} is not usable here`
        : 'no supported service manager detected'
  return new HermesError('no-service-manager', `${what}. Looked for:${trace}`, {
    suggestions: [
      ...(considered.some(({readOnly}) => readOnly)
        ? ['As root, as a service of the machine: HERMES_HOME=… hermes gateway:install NAME --system --run-as-user USER']
        : []),
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

export interface Inspection {
  readonly chosen: string | null
  readonly kind: string | null
  readonly label: string | null
  readonly services: readonly string[]
  readonly supports: object | null
  readonly trace: readonly Considered[]
}

export function renderInspection({chosen, kind, label, services, supports, trace}: Inspection): string {
  const abilities = Object.entries(supports ?? {}).map(
    ([name, value]) => `  ${name}: ${Array.isArray(value) ? value.join(', ') : String(value)}`,
  )
  return [
    `chosen     ${chosen ?? 'none'}`,
    ...(kind === null ? [] : [`backend    ${label ?? `${kind} (not usable here)`}`]),
    'trace',
    ...trace.map((entry) => `  ${entry.usable ? 'usable ' : 'not    '} ${line(entry)} [${entry.plugin}, rank ${entry.rank}]`),
    ...(supports ? ['supports', ...abilities] : []),
    ...(label ? [`services   ${services.length > 0 ? services.join(', ') : 'none'}`] : []),
  ].join('\n')
}

/** As all of --json is spelled; the contract has its own spelling. */
export const snakeKeys = (flat: object | null): object | null =>
  flat &&
  Object.fromEntries(
    Object.entries(flat).map(([name, value]) => [name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), value]),
  )
