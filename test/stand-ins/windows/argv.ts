/**
 * The words of a command line by the rules Microsoft publishes for CommandLineToArgvW and the C runtime ("Parsing C
 * command-line arguments"). Written from those rules, and from nothing of the backend's.
 */
export function commandLineToArgv(line: string): string[] {
  const words: string[] = []
  let at = 0
  const isBlank = () => line[at] === ' ' || line[at] === '\t'
  // The program's own name: up to the closing quote, or to the first blank. Backslashes mean nothing in it.
  if (line[0] === '"') {
    const end = line.indexOf('"', 1)
    words.push(line.slice(1, end === -1 ? undefined : end))
    at = end === -1 ? line.length : end + 1
  } else {
    const name = /^[^ \t]*/.exec(line)![0]
    words.push(name)
    at = name.length
  }

  while (at < line.length) {
    while (isBlank()) at++
    if (at >= line.length) break
    let word = ''
    let quoted = false
    while (at < line.length && (quoted || !isBlank())) {
      let backslashes = 0
      while (line[at] === '\\') {
        backslashes++
        at++
      }

      if (line[at] === '"') {
        word += '\\'.repeat(Math.floor(backslashes / 2))
        if (backslashes % 2 === 1) {
          word += '"'
        } else if (quoted && line[at + 1] === '"') {
          // Two of them within a quoted part are one.
          word += '"'
          at++
        } else quoted = !quoted
        at++
      } else {
        word += '\\'.repeat(backslashes)
        if (at < line.length && (quoted || !isBlank())) word += line[at++]!
      }
    }

    words.push(word)
  }

  return words
}
