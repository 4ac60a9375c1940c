import type {Answer, Candidate} from './types.js'

/** PowerShell gives `@` and `,` a meaning at the beginning of a word. */
const forPowerShell = (value: string): string => (/^[\w:./=+-]+$/.test(value) ? value : `'${value}'`)

/**
 * A line a candidate: the value and, but for bash, a tab and its description. Where the shell's own completion of paths
 * is meant, one line alone: `:directory` or `:file`, which no candidate can be.
 */
export function render({candidates, fallback}: Answer, shell: string, stands: string): string {
  if (fallback) return `:${fallback}\n`
  const line = ({description, value}: Candidate): string[] => {
    if (shell === 'bash') return value.startsWith(stands) ? [value.slice(stands.length)] : []
    return [`${shell === 'powershell' ? forPowerShell(value) : value}\t${description ?? ''}`]
  }

  return candidates.flatMap((one) => line(one).map((text) => `${text}\n`)).join('')
}
