import type {Finding} from '../../doctor/types.js'
import {emphasise} from './table.js'

const line = ({cure, message, profile}: Finding): string => `  ${profile === null ? '' : `${profile}: `}${message}\n    cure: ${cure}`

/** Errors, then warnings: a line for each, and one for its cure. */
export function renderFindings(findings: readonly Finding[], managers: readonly string[]): string {
  const by = managers.length > 0 ? managers.join(', ') : 'no service manager is usable here: `hermes backend` says why'
  const groups = (['error', 'warning'] as const).flatMap((severity) => {
    const found = findings.filter((one) => one.severity === severity)
    if (found.length === 0) return []
    const head = `${found.length} ${severity}${found.length === 1 ? '' : 's'}`
    return [[emphasise(severity === 'error' ? 'red' : 'yellow', head), ...found.map((one) => line(one))].join('\n')]
  })
  return [`looked at: ${by}`, ...(groups.length > 0 ? groups : ['Nothing is wrong.'])].join('\n')
}
