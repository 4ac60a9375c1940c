// Writes oclif.manifest.json of hermes and of each backend from what was compiled. `--check`: fail if one is stale.
import {execFileSync} from 'node:child_process'
import {existsSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

const root = join(fileURLToPath(import.meta.url), '../..')
const backends = readdirSync(join(root, 'src/backends')).map((name) => join(root, 'src/backends', name))
const check = process.argv.includes('--check')
let stale = 0

for (const directory of [root, ...backends]) {
  if (!existsSync(join(directory, 'dist/commands'))) continue
  const path = join(directory, 'oclif.manifest.json')
  const before = existsSync(path) ? readFileSync(path, 'utf8') : ''
  execFileSync(process.execPath, [join(root, 'node_modules/oclif/bin/run.js'), 'manifest', directory], {
    cwd: directory,
    env: {...process.env, HERMES_SUPERVISED: ''},
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const after = `${JSON.stringify(JSON.parse(readFileSync(path, 'utf8')), undefined, 2)}\n`
  writeFileSync(path, after)
  if (before !== after) {
    stale++
    console.log(`${check ? 'stale' : 'written'}: ${path.slice(root.length + 1)}`)
  }
}

if (check && stale > 0) {
  console.error('The committed manifest was not what the commands say. It has been written anew: commit it.')
  process.exit(1)
}
