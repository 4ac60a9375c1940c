const BEGIN = '# >>> hermes completion >>>'
const END = '# <<< hermes completion <<<'
const ABOUT = '# Written by `hermes completion install`; `hermes completion uninstall` removes it.'

export type Edited = {readonly problem: string} | {readonly text: string}

/** Everything between our marks, however often; what somebody else wrote stays byte for byte. Pure. */
export function withoutBlock(text: string): Edited {
  const kept: string[] = []
  let inside = false
  // Lines with their ends, so that nothing is normalised.
  for (const line of text.match(/[^\n]*\n|[^\n]+$/g) ?? []) {
    const bare = line.trim()
    if (bare === BEGIN) {
      if (inside) return {problem: `"${BEGIN}" stands there twice with no end between`}
      inside = true
    } else if (bare === END) {
      if (!inside) return {problem: `"${END}" stands there with no beginning`}
      inside = false
    } else if (!inside) kept.push(line)
  }

  return inside ? {problem: `"${BEGIN}" stands there with no end`} : {text: kept.join('')}
}

/** With one block that holds `lines`, at the end. The same text again when it is there already. */
export function withBlock(text: string, lines: readonly string[]): Edited {
  const block = [BEGIN, ABOUT, ...lines, END, ''].join('\n')
  const rest = withoutBlock(text)
  if ('problem' in rest) return rest
  // One that is just as it should be stays where it is.
  if (text.split(block).length === 2 && text.replace(block, '') === rest.text) return {text}
  return {text: rest.text === '' || rest.text.endsWith('\n') ? rest.text + block : `${rest.text}\n${block}`}
}
