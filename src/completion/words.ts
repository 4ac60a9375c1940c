/** How a shell writes a word that is not plain. */
export interface Quoting {
  /** What makes the next character plain, outside quotes. */
  readonly escape: string
  /** The same inside double quotes: before these characters only, or before any (''). */
  readonly escapedInDouble: string
  /** Two single quotes inside single quotes are one. */
  readonly doubledSingle: boolean
}

export const POSIX: Quoting = {doubledSingle: false, escape: '\\', escapedInDouble: '"\\$`'}
export const POWERSHELL: Quoting = {doubledSingle: true, escape: '`', escapedInDouble: ''}

export interface TypedLine {
  /** Without their quotes; the name of the program first. */
  readonly words: readonly string[]
  /** The word that ends at the cursor; empty behind a blank. */
  readonly current: string
  /** A quote is open at the cursor: how much of `current` stands before it. */
  readonly openQuoteAt?: number
}

const BLANK = /\s/
const SINGLE = "'"
const DOUBLE = '"'

const isEscape = (char: string, next: string, quote: string, {escape, escapedInDouble}: Quoting): boolean =>
  char === escape && next !== '' && (quote === '' || (quote === DOUBLE && (escapedInDouble === '' || escapedInDouble.includes(next))))

/**
 * The line up to the cursor as the shell will read it, half-typed quotes included. Nothing is expanded: `$HOME` stays
 * what it is. Never throws.
 */
export function readTyped(line: string, quoting: Quoting): TypedLine {
  const words: string[] = []
  let word: string | undefined
  let quote = ''
  let openQuoteAt = 0
  for (let at = 0; at < line.length; at++) {
    const char = line[at]!
    const next = line[at + 1] ?? ''
    if (isEscape(char, next, quote, quoting)) {
      // The end of a line that goes on is nothing.
      if (next !== '\n') word = (word ?? '') + next
      at++
    } else if (quote !== '') {
      if (char !== quote) word += char
      else if (quoting.doubledSingle && quote === SINGLE && next === SINGLE) {
        word += char
        at++
      } else quote = ''
    } else if (char === SINGLE || char === DOUBLE) {
      quote = char
      word ??= ''
      openQuoteAt = word.length
    } else if (BLANK.test(char)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else word = (word ?? '') + char
  }

  return {current: word ?? '', words, ...(quote === '' ? {} : {openQuoteAt})}
}

/** The part of the word before the cursor that bash leaves standing: it replaces only what is behind the last of `breaks`. */
export function standing({current, openQuoteAt}: TypedLine, breaks: string): string {
  if (openQuoteAt !== undefined) return current.slice(0, openQuoteAt)
  let end = current.length
  while (end > 0 && !breaks.includes(current[end - 1]!)) end--
  return current.slice(0, end)
}
