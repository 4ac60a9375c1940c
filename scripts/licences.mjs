// dist/THIRD-PARTY.txt: what the packed file carries of others, from package-lock.json. Fails where a licence would
// forbid that, or is not known: then somebody has to read it first.
import {existsSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {root} from './lib/process.mjs'

/** Licences that allow to pass the package on as it is, with its own text beside it. */
const ALLOWED = new Set([
  '(MIT OR CC0-1.0)',
  'Apache-2.0',
  'Artistic-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC-BY-3.0',
  'CC0-1.0',
  'ISC',
  'MIT',
])

/** Read by a person, in the package: its package.json says it in an old form. */
const READ = {'qrcode-terminal': 'Apache-2.0'}

/** Without a file of that name the package says it in its package.json alone. */
const hasText = (path) => readdirSync(join(root, path)).some((name) => /^(?:copying|licen[cs]e|mit-licen|unlicense)/i.test(name))

const {packages} = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
const carried = Object.entries(packages)
  .filter(([path, {dev, devOptional, link}]) => path.startsWith('node_modules/') && !dev && !devOptional && !link)
  .filter(([path]) => existsSync(join(root, path)))
  .map(([path, {license, version}]) => {
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
    return {license: license ?? READ[name] ?? 'unknown', name, path, version}
  })

const refused = carried.filter(({license}) => !ALLOWED.has(license))
for (const {license, name, version} of refused) console.error(`licences: ${name} ${version} is under "${license}", which nobody has read`)
if (refused.length > 0) process.exit(1)

const lines = carried.map(({license, name, path, version}) => `${name} ${version}  ${license}  ${path}${hasText(path) ? '' : '  *'}`)
const text = `hermes is under the MIT licence (LICENSE). The packages below are carried unchanged, each under a licence of its own, whose
text lies in its directory; those with a * name their licence only in their package.json.

${lines.join('\n')}
`
writeFileSync(join(root, 'dist/THIRD-PARTY.txt'), text)
