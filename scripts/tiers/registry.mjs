// A package registry of one's own, from the public one: verdaccio, kept in the cache. The tests start and stop it.
import {existsSync, mkdirSync, renameSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {cacheDirectory} from '../lab/engine.mjs'
import {must, Unavailable} from '../lib/process.mjs'

/** The newest one for Node 20; its node-fetch is an alias of a package that not every registry has. */
const VERSION = '6.8.0'
const MANIFEST = {dependencies: {verdaccio: VERSION}, overrides: {'node-fetch': '2.7.0'}, private: true}

export async function prepareRegistry({signal}) {
  const place = join(cacheDirectory(), `verdaccio-${VERSION}`)
  const bin = join(place, 'node_modules/verdaccio/bin/verdaccio')
  if (!existsSync(bin)) {
    const building = `${place}.${process.pid}`
    mkdirSync(building, {recursive: true})
    writeFileSync(join(building, 'package.json'), JSON.stringify(MANIFEST))
    try {
      const install = ['npm', 'install', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error']
      await must('installing verdaccio', install, {cwd: building, quiet: true, signal})
      rmSync(place, {force: true, recursive: true})
      renameSync(building, place)
    } catch (error) {
      rmSync(building, {force: true, recursive: true})
      throw new Unavailable(error.message)
    }
  }

  return {environment: {HERMES_TEST_REGISTRY: bin}, stop: async () => []}
}
