// Experimental in name only: in every Node this package runs on, without a warning.
// eslint-disable-next-line n/no-unsupported-features/node-builtins
import {styleText} from 'node:util'

/** Columns as wide as they must be, two spaces between, no borders: for eyes, grep and awk alike. */
export async function table(head: readonly string[], rows: ReadonlyArray<readonly string[]>): Promise<string> {
  const {default: Table} = await import('cli-table3')
  const none = Object.fromEntries(
    [
      'top',
      'top-mid',
      'top-left',
      'top-right',
      'bottom',
      'bottom-mid',
      'bottom-left',
      'bottom-right',
      'left',
      'left-mid',
      'mid',
      'mid-mid',
      'right',
      'right-mid',
      'middle',
    ].map((part) => [part, part === 'middle' ? '  ' : '']),
  )
  const made = new Table({
    chars: none,
    head: [...head],
    style: {border: [], compact: true, head: [], 'padding-left': 0, 'padding-right': 0},
  })
  made.push(...rows.map((row) => [...row]))
  return made
    .toString()
    .split('\n')
    .map((line, index) => (index === 0 ? emphasise('bold', line.trimEnd()) : line.trimEnd()))
    .join('\n')
}

/** Colour only where a person looks. */
export function emphasise(style: 'bold' | 'dim' | 'green' | 'red' | 'yellow', text: string): string {
  const wanted = process.env.FORCE_COLOR ? process.env.FORCE_COLOR !== '0' : Boolean(process.stdout.isTTY) && !process.env.NO_COLOR
  return wanted ? styleText(style, text) : text
}
