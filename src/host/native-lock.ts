import {createRequire, Module} from 'node:module'
import {dirname, join} from 'node:path'

type Native = typeof import('fs-native-extensions').default

/**
 * require and not import, and its binding found by us: importing CommonJS starts Node's lexer for it, and the package's
 * own search for the binding loads a dozen modules. Together 6 MB that every supervised process would keep.
 */
export function loadNativeLock(): Native {
  const require = createRequire(import.meta.url)
  try {
    const entry = require.resolve('fs-native-extensions')
    const prebuilt = join(dirname(entry), 'prebuilds', `${process.platform}-${process.arch}`, 'fs-native-extensions.node')
    const filename = join(dirname(entry), 'binding.js')
    const module = Object.assign(new Module(filename), {exports: require(prebuilt) as unknown, filename, loaded: true})
    require.cache[filename] ??= module
  } catch {
    // Laid out differently: the package knows how to find it.
  }

  return require('fs-native-extensions') as Native
}
