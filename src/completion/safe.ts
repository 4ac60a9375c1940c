/** No shell gives any of these characters a meaning inside a word, so that nothing offered is ever quoted or run. */
const SAFE = /^[\w@][\w:@./+=,-]*$/
const NAME = /^[a-z\d][\w-]*$/i

export const isSafe = (value: unknown): value is string => typeof value === 'string' && value.length <= 251 && SAFE.test(value)
export const isFlagName = (value: unknown): value is string => typeof value === 'string' && value.length <= 100 && NAME.test(value)

const DESCRIPTION = 100

/** The first sentence, in one line without control characters; undefined for what is no text. */
export function describe(text: unknown): string | undefined {
  if (typeof text !== 'string') return undefined
  const line = text
    .slice(0, 500)
    .replaceAll(/<%=[^%]*%>/g, 'hermes')
    .replaceAll(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .replace(/\. .*|\.$/, '')
  return line === '' ? undefined : line.slice(0, DESCRIPTION)
}
