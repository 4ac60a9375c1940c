// Where Debian's packages come from: the mirror this machine uses, if it is a Debian.
import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'

/** `Name: value` stanzas, one a source. */
function fromStanzas(text, suite) {
  for (const stanza of text.split(/\n\s*\n/)) {
    const field = (name) => new RegExp(`^${name}:(.*)$`, 'im').exec(stanza)?.[1].trim().split(/\s+/) ?? []
    if (field('Types').includes('deb') && field('Suites').includes(suite)) return field('URIs')[0]
  }
}

/** `deb [options] URI suite component…` lines. */
const fromLines = (text, suite) =>
  [...text.matchAll(/^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s/gm)].find((match) => match[2] === suite)?.[1]

/** The first source of that suite that debootstrap can read. */
export function mirrorIn(files, suite) {
  const found = files.map(({name, text}) => (name.endsWith('.sources') ? fromStanzas(text, suite) : fromLines(`${text}\n`, suite)))
  return found.find((uri) => /^https?:\/\//.test(uri ?? ''))?.replace(/\/$/, '')
}

function aptFiles(directory = '/etc/apt') {
  const read = (path) => {
    try {
      return [{name: path, text: readFileSync(path, 'utf8')}]
    } catch {
      return []
    }
  }

  let parts = []
  try {
    parts = readdirSync(join(directory, 'sources.list.d')).sort()
  } catch {
    // none
  }

  return [join(directory, 'sources.list'), ...parts.map((name) => join(directory, 'sources.list.d', name))].flatMap((path) => read(path))
}

/** undefined: debootstrap's own default. */
export function debianMirror() {
  try {
    const release = readFileSync('/etc/os-release', 'utf8')
    const codename = /^VERSION_CODENAME="?(\w+)/m.exec(release)?.[1]
    if (/^ID="?debian"?$/m.test(release) && codename) return mirrorIn(aptFiles(), codename)
  } catch {
    // no such file: no Debian
  }
}
