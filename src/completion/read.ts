import {closeSync, constants, existsSync, fstatSync, lstatSync, openSync, readdirSync, readFileSync} from 'node:fs'
import {dirname, join} from 'node:path'

import {DEFAULT_PROFILE, nameProblem} from '../profile/name.js'
import {files, profilesDirectory, tombstonesDirectory} from '../profile/paths.js'
import type {PluginFiles} from './catalogue.js'
import type {Candidate} from './types.js'
import {isObject, listAt, objectAt} from './unknown.js'

const MAX_BYTES = 4_194_304
const MAX_PLUGINS = 200

function tried<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}

/** Undefined for whatever is no JSON in a regular file of a sane size. A FIFO does not hold up the prompt. */
function readJson(path: string): unknown {
  return tried(() => {
    const fd = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    try {
      const found = fstatSync(fd)
      return found.isFile() && found.size <= MAX_BYTES ? (JSON.parse(readFileSync(fd, 'utf8')) as unknown) : undefined
    } finally {
      closeSync(fd)
    }
  })
}

/** A plugin and those it brings with it, each once. */
function takePlugin(root: string, users: boolean, found: Map<string, PluginFiles>): void {
  const pjson = readJson(join(root, 'package.json'))
  if (!isObject(pjson) || typeof pjson.name !== 'string' || found.has(pjson.name) || found.size >= MAX_PLUGINS) return
  // oclif takes either name.
  const manifest = readJson(join(root, 'oclif.manifest.json')) ?? readJson(join(root, '.oclif.manifest.json'))
  found.set(pjson.name, {manifest, name: pjson.name, package: pjson, users})
  for (const name of listAt(objectAt(pjson, 'oclif'), 'plugins')) {
    const place = typeof name === 'string' && name !== '' ? installedFrom(root, name) : undefined
    if (place !== undefined) takePlugin(place, false, found)
  }
}

/** Where Node would find the package: beside it, or further up. */
function installedFrom(root: string, name: string): string | undefined {
  for (let directory = root; ; directory = dirname(directory)) {
    const place = join(directory, 'node_modules', name)
    if (tried(() => lstatSync(join(place, 'package.json'), {throwIfNoEntry: false}))) return place
    if (dirname(directory) === directory) return undefined
  }
}

/**
 * hermes itself, its plugins, and those of the user: `<data directory>/package.json` lists them. One without a manifest
 * has no commands here: to know them its code would have to be run.
 */
export function readPlugins(root: string, dataDirectory: string | undefined): readonly PluginFiles[] {
  const found = new Map<string, PluginFiles>()
  takePlugin(root, false, found)
  if (dataDirectory === undefined) return [...found.values()]
  for (const entry of listAt(objectAt(readJson(join(dataDirectory, 'package.json')), 'oclif'), 'plugins')) {
    const {name, root: linked, type} = objectAt({entry}, 'entry')
    if (type === 'link' && typeof linked === 'string') takePlugin(linked, true, found)
    else if (type === 'user' && typeof name === 'string') takePlugin(join(dataDirectory, 'node_modules', name), true, found)
  }

  return [...found.values()]
}

/** Names only, of what is a profile (profile/scan.ts): whoever types does not wait for configurations to be read. */
export function readProfiles(home: string): readonly Candidate[] {
  const directory = profilesDirectory(home)
  const soul = files.soul('')
  const names = tried(() => readdirSync(directory)) ?? []
  const buried = new Set(tried(() => readdirSync(tombstonesDirectory(home))))
  const isProfile = (name: string): boolean =>
    nameProblem(name) === undefined &&
    name !== DEFAULT_PROFILE &&
    !buried.has(name) &&
    // Of a thousand this takes 3 ms; lstat took 10, and join() 13.
    existsSync(`${directory}/${name}/${soul}`)
  return [DEFAULT_PROFILE, ...names.filter((name) => isProfile(name))].map((value) => ({description: 'Profile', value}))
}
