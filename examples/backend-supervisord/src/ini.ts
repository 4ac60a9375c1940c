export type Ini = Readonly<Record<string, Readonly<Record<string, string>>>>

/**
 * Pure: the sections of a file of supervisord's, as Python's configparser reads them with its settings: a comment begins at
 * a `;` or `#` that begins the line or follows white space, and an indented line goes on with the value before it.
 * `here`: the directory of the file. A value with an expansion that is not known here is left out.
 */
export function readIni(text: string, here: string): Ini {
  const sections: Record<string, Record<string, string>> = {}
  let section: Record<string, string> = {}
  let key: string | undefined
  for (const raw of text.split(/\r\n?|\n/)) {
    const line = raw.replace(/(?:^|\s)\s*[;#].*$/, '')
    const header = /^\[(.+)\]/.exec(line)
    const [, name = '', value = ''] = /^([^=:\s][^=:]*)[=:](.*)$/.exec(line) ?? []
    if (header) {
      sections[header[1]!] ??= {}
      section = sections[header[1]!]!
      key = undefined
    } else if (/^\s+\S/.test(line) && key !== undefined) section[key] += `\n${line.trim()}`
    else if (name) {
      key = name.trim().toLowerCase()
      section[key] = value.trim()
    }
  }

  for (const values of Object.values(sections)) {
    for (const [name, value] of Object.entries(values)) {
      const expanded = value.replaceAll('%(here)s', here)
      if (expanded.includes('%(')) delete values[name]
      else values[name] = expanded.replaceAll('%%', '%')
    }
  }

  return sections
}
