/** How many characters must be added, dropped, changed or swapped with their neighbour. */
export function distance(a: string, b: string): number {
  let before: number[] = []
  let last = Array.from({length: b.length + 1}, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? before[j - 2]! + 1 : Number.POSITIVE_INFINITY
      row.push(Math.min(last[j]! + 1, row[j - 1]! + 1, change, swapped))
    }

    before = last
    last = row
  }

  return last[b.length]!
}

/** The names someone who typed `typed` most likely meant, best first. */
export function nearMisses(typed: string, names: readonly string[]): string[] {
  const wanted = typed.slice(0, 251).toLowerCase()
  const allowed = Math.max(1, Math.floor(wanted.length / 3))
  return names
    .filter((name) => name.startsWith(wanted) || Math.abs(name.length - wanted.length) <= allowed)
    .map((name) => ({away: name.startsWith(wanted) && wanted.length > 1 ? 1 : distance(wanted, name), name}))
    .filter(({away}) => away <= allowed)
    .sort((a, b) => a.away - b.away || (a.name < b.name ? -1 : 1))
    .slice(0, 3)
    .map(({name}) => name)
}
