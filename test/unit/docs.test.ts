import {ERROR_CODES} from '@hermes-cli/service-manager'
import {expect} from 'chai'
import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'

import {exitCodeOf} from '#hermes/cli/exit.js'
import {HERMES_ERROR_CODES} from '#hermes/profile/errors.js'

import {root} from '../support/directories.js'

const CODES = [...new Set([...ERROR_CODES, ...HERMES_ERROR_CODES])].sort()

/** Rows of the table of error codes: code -> exit as it is written. */
function documented(): Map<string, string> {
  const [, section = ''] = readFileSync(join(root, 'docs/errors.md'), 'utf8').split('## Error codes')
  const rows = section.split('\n## ')[0]!.matchAll(/^\| `([\w-]+)` \| ([^|]+) \|/gm)
  return new Map([...rows].map((row) => [row[1]!, row[2]!.trim()]))
}

/** Everything that is ours to compile, without what is compiled. */
function sources(directory: string): string[] {
  return readdirSync(directory, {withFileTypes: true}).flatMap((entry) => {
    const path = join(directory, entry.name)
    if (entry.isDirectory()) return ['dist', 'node_modules'].includes(entry.name) ? [] : sources(path)
    return entry.name.endsWith('.ts') ? [readFileSync(path, 'utf8')] : []
  })
}

describe('What the documents promise', () => {
  it('is every error code there is, and no other', () => {
    expect([...documented().keys()].sort()).to.deep.equal(CODES)
  })

  it('is the exit code that each error code has', () => {
    for (const [code, exit] of documented()) if (exit !== 'as given') expect(exitCodeOf(code), code).to.equal(Number(exit))
  })

  it('is no error code that nothing throws', () => {
    const text = sources(join(root, 'src'))
      .join('\n')
      .replaceAll(/export const \w*ERROR_CODES = \[[^\]]*\]/g, '')
    const thrown = (code: string): boolean => new RegExp(`(?:Error\\(|\\bcode: |\\? |: )\\s*'${code}'`).test(text)
    expect(CODES.filter((code) => !thrown(code))).to.deep.equal([])
  })

  it('is no command that hermes does not have', () => {
    const known = ['oclif.manifest.json', 'src/backends/s6/oclif.manifest.json'].flatMap((file) =>
      Object.values(
        (JSON.parse(readFileSync(join(root, file), 'utf8')) as {commands: Record<string, {aliases: string[]; id: string}>}).commands,
      ).flatMap(({aliases, id}) => [id, ...aliases]),
    )
    const documents = ['README.md', 'docs/errors.md', 'docs/operations.md', 'docs/architecture.md', 'src/backends/s6/README.md']
    const text = [...sources(join(root, 'src')), ...documents.map((name) => readFileSync(join(root, name), 'utf8'))].join('\n')
    const named = [...text.matchAll(/(?:hermes |`)((?:backend|container|gateway|profile|s6):[a-z]+)\b/g)].map((match) => match[1]!)
    expect(named.length).to.be.above(20)
    expect([...new Set(named)].filter((id) => !known.includes(id))).to.deep.equal([])
  })
})
