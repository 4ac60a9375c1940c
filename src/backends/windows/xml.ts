const ENTITIES: Readonly<Record<string, string>> = {amp: '&', apos: "'", gt: '>', lt: '<', quot: '"'}

const decode = (text: string): string =>
  text.replaceAll(/&(?:#x([\dA-Fa-f]+)|#(\d+)|(\w+));/g, (whole, hex?: string, decimal?: string, name?: string) => {
    if (hex ?? decimal) return String.fromCodePoint(Number.parseInt(hex ?? decimal!, hex ? 16 : 10))
    return ENTITIES[name!] ?? whole
  })

/**
 * Pure: the texts of a document's leaves by path below its root, `Settings/Priority`, in document order. Enough for what
 * the Task Scheduler exports: elements and text. Undefined when the tags do not fit each other.
 */
export function leavesOf(document: string): ReadonlyMap<string, readonly string[]> | undefined {
  const leaves = new Map<string, string[]>()
  const open: string[] = []
  const TAG = /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[([\s\S]*?)\]\]>|<\/([\w:.-]+)\s*>|<([\w:.-]+)((?:"[^"]*"|'[^']*'|[^"'>])*?)(\/?)>/g
  let text = ''
  let end = 0
  let leaf = false
  const put = () => {
    const path = open.slice(1).join('/')
    leaves.set(path, [...(leaves.get(path) ?? []), text])
  }

  for (const found of document.matchAll(TAG)) {
    const [whole, data, closing, opening, , empty] = found
    text += decode(document.slice(end, found.index)) + (data ?? '')
    end = found.index + whole.length
    if (opening !== undefined) {
      open.push(opening.replace(/^.*:/, ''))
      text = ''
      leaf = true
      if (!empty) continue
      put()
      open.pop()
      leaf = false
    } else if (closing !== undefined) {
      if (open.at(-1) !== closing.replace(/^.*:/, '')) return undefined
      if (leaf) put()
      open.pop()
      leaf = false
    }
  }

  return open.length === 0 ? leaves : undefined
}
