/** Pure: what somebody changed in a text, in a few words: `: it has "…"`; nothing where no line tells. `original` may throw. */
export function editOf(original: () => string, after: string): string {
  const own = linesOf(textOf(original))
  const now = linesOf(after)
  const added = now.find((line) => line !== '' && !own.includes(line))
  if (added !== undefined) return `: it has ${JSON.stringify(added.slice(0, 200))}`
  const gone = own.find((line) => line !== '' && !now.includes(line))
  return gone === undefined ? '' : `: it lacks ${JSON.stringify(gone.slice(0, 200))}`
}

const linesOf = (text: string): string[] => text.split('\n').map((line) => line.trim())

/** What a definition says of itself is a file's word: it may be anything. */
function textOf(original: () => string): string {
  try {
    return original()
  } catch {
    return ''
  }
}
