// Writes oclif.manifest.json of hermes and of each backend from what was compiled. `--check`: fail if one is stale.
// What `oclif manifest` does, without that tool's own dependencies and its look for updates, and in a stable order.
import {Plugin} from '@oclif/core'
import {existsSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

const root = join(fileURLToPath(import.meta.url), '../..')
const backends = readdirSync(join(root, 'src/backends')).map((name) => join(root, 'src/backends', name))
const check = process.argv.includes('--check')

const sorted = (record) => Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)))

async function manifestOf(directory) {
  const plugin = new Plugin({errorOnManifestCreate: true, ignoreManifest: true, respectNoCacheDefault: true, root: directory, type: 'core'})
  await plugin.load()
  return `${JSON.stringify({...plugin.manifest, commands: sorted(plugin.manifest.commands)}, undefined, 2)}\n`
}

let stale = 0
for (const directory of [root, ...backends]) {
  if (!existsSync(join(directory, 'dist'))) continue
  const path = join(directory, 'oclif.manifest.json')
  const before = existsSync(path) ? readFileSync(path, 'utf8') : ''
  const after = await manifestOf(directory)
  if (before === after) continue
  stale++
  if (!check) writeFileSync(path, after)
  console.log(`${check ? 'stale' : 'written'}: ${path.slice(root.length + 1)}`)
}

if (check && stale > 0) {
  console.error('The committed manifest is not what the commands say. Write it anew: npm run manifest')
  process.exit(1)
}
