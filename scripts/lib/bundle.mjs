// Around `npm pack`: for that moment package.json says that every dependency is bundled, so that the one file installs
// with no network. Not always, because npm 11 then resolves what a bundled package bundles itself from the registry
// (docs/decisions/0004). A pack that was killed is put right by the next pack, and by scripts/setup.mjs; what was written
// into package.json since is never lost.
import {existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

const root = join(fileURLToPath(import.meta.url), '../../..')
const path = join(root, 'package.json')
const kept = join(root, '.build/package.json.kept')

function bundled(text) {
  const manifest = JSON.parse(text)
  return `${JSON.stringify({...manifest, bundleDependencies: Object.keys(manifest.dependencies)}, undefined, 2)}\n`
}

/** Never half a file: other processes read it meanwhile. */
function write(file, text) {
  writeFileSync(`${file}.new`, text)
  renameSync(`${file}.new`, file)
}

/** Puts back what `replace` replaced, but only over what it wrote. */
export function restore() {
  if (!existsSync(kept)) return
  const text = readFileSync(kept, 'utf8')
  if (readFileSync(path, 'utf8') === bundled(text)) write(path, text)
  rmSync(kept)
}

export function replace() {
  restore()
  const text = readFileSync(path, 'utf8')
  mkdirSync(join(root, '.build'), {recursive: true})
  write(kept, text)
  write(path, bundled(text))
}
