// Around `npm pack`: for that moment package.json says that every dependency is bundled, so that the one file installs
// with no network. Not always, because npm 11 then resolves what a bundled package bundles itself from the registry
// (docs/decisions/0004). `bundle.mjs on` before, `bundle.mjs off` after.
import {existsSync, readFileSync, renameSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

const root = join(fileURLToPath(import.meta.url), '../..')
const path = join(root, 'package.json')
const kept = join(root, '.build/package.json.kept')

if (process.argv[2] === 'on') {
  const text = existsSync(kept) ? readFileSync(kept, 'utf8') : readFileSync(path, 'utf8')
  const manifest = JSON.parse(text)
  writeFileSync(kept, text)
  writeFileSync(path, `${JSON.stringify({...manifest, bundleDependencies: Object.keys(manifest.dependencies)}, undefined, 2)}\n`)
} else if (existsSync(kept)) {
  renameSync(kept, path)
}
