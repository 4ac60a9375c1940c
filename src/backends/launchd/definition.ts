import {ServiceManagerError} from '@hermes-cli/service-manager'

import {randomBytes} from 'node:crypto'
import {closeSync, constants, fstatSync, linkSync, lstatSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync} from 'node:fs'
import {join} from 'node:path'

import {bodyOf, digest, readPlist, type PlistRecord} from './render.js'
import {isOurName, labelOf, plistPath, type Site} from './site.js'

const SMALL = 1_048_576

type Place = Pick<Site, 'directory' | 'host' | 'scope'>

function readSmall(path: string): string | undefined {
  let fd: number | undefined
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const found = fstatSync(fd)
    return found.isFile() && found.size <= SMALL ? readFileSync(fd, 'utf8') : undefined
  } catch {
    return undefined
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}

/** What is under a service's name: nothing, something we wrote for this home, or something that is not ours. */
export type Claim =
  | {is: 'absent'}
  | {is: 'foreign'; because: string; home?: string}
  | {is: 'ours'; body: string; linked: boolean; record: PlistRecord; text: string}

export function claimOf(site: Place, id: string): Claim {
  const path = plistPath(site, id)
  const claim = claimAt(path, site.host.home)
  if (claim.is !== 'ours' || claim.record.spec.id === id) return claim
  return {because: `${path} says that it is of "${claim.record.spec.id}"`, is: 'foreign'}
}

export function claimAt(path: string, home: string): Claim {
  const found = lstatSync(path, {throwIfNoEntry: false})
  if (!found) return {is: 'absent'}
  const text = readSmall(path)
  const plist = text === undefined ? undefined : readPlist(text)
  // Taken away, between the two looks.
  if (!plist && !lstatSync(path, {throwIfNoEntry: false})) return {is: 'absent'}
  if (!plist) return {because: `${path} was not written by hermes`, is: 'foreign'}
  const owner = plist.record.spec.home
  if (owner !== home) return {because: `${path} belongs to the hermes home ${owner}`, home: owner, is: 'foreign'}
  return {...plist, is: 'ours', linked: found.isSymbolicLink(), text: text!}
}

export const notOwned = (because: string): ServiceManagerError =>
  new ServiceManagerError('not-owned', because, {suggestions: ['Remove it by hand if it is not needed, or use another profile name.']})

/** The record of a service of ours. Throws `not-registered` or `not-owned`. */
export function ownRecord(site: Place, id: string): PlistRecord {
  const claim = claimOf(site, id)
  if (claim.is === 'ours') return claim.record
  if (claim.is === 'foreign') throw notOwned(claim.because)
  throw new ServiceManagerError('not-registered', `no service "${id}" is registered: there is no ${plistPath(site, id)}`, {
    suggestions: [`Register it with hermes gateway:start -p ${id}`],
  })
}

/** The records of all services of this home, in byte order of their ids. */
export function ownRecords(site: Place): PlistRecord[] {
  return ourNames(site)
    .map((name) => [name, claimAt(join(site.directory, name), site.host.home)] as const)
    .flatMap(([name, claim]) => (claim.is === 'ours' && `${labelOf(site, claim.record.spec.id)}.plist` === name ? [claim.record] : []))
    .sort((a, b) => (a.spec.id < b.spec.id ? -1 : 1))
}

/** Names of all files that look like definitions of hermes, whatever home they are of. */
export function ourNames({directory}: Pick<Place, 'directory'>): string[] {
  try {
    return readdirSync(directory).filter((name) => isOurName(name))
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return []
    throw error
  }
}

/** Durable, and never half of it. `fresh`: throws EEXIST for what is there, were it made in this moment. */
export async function writePlist(site: Place, id: string, text: string, {fresh}: {readonly fresh: boolean}): Promise<void> {
  const path = plistPath(site, id)
  mkdirSync(site.directory, {mode: 0o755, recursive: true})
  if (!fresh) return site.host.writeFileAtomic(path, text, 0o644)
  // launchd passes over names that do not end in .plist.
  const temporary = join(site.directory, `.${labelOf(site, id).slice(0, 180)}.${randomBytes(6).toString('hex')}`)
  await site.host.writeFileAtomic(temporary, text, 0o644)
  try {
    linkSync(temporary, path)
  } finally {
    rmSync(temporary, {force: true})
  }
}

/** Pure: what somebody changed in a definition since it was written, in one line. */
export function driftOf({body, record}: {readonly body: string; readonly record: PlistRecord}): string | undefined {
  if (digest(body) === record.body) return undefined
  const lines = (text: string) => text.split('\n').map((line) => line.trim())
  const before = lines(safely(() => bodyOf(record)) ?? '')
  const after = lines(body)
  const added = after.find((line) => line !== '' && !before.includes(line))
  if (added !== undefined) return `the property list was edited: it has ${JSON.stringify(added.slice(0, 200))}`
  const gone = before.find((line) => line !== '' && !after.includes(line))
  return `the property list was edited${gone === undefined ? '' : `: it lacks ${JSON.stringify(gone.slice(0, 200))}`}`
}

function safely<T>(act: () => T): T | undefined {
  try {
    return act()
  } catch {
    return undefined
  }
}
