import {ServiceManagerError, type ServiceSpec} from '@hermes-cli/service-manager'

import {randomBytes} from 'node:crypto'
import {closeSync, constants, fstatSync, linkSync, lstatSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync} from 'node:fs'
import {join} from 'node:path'

import {bodyOf, digest, readUnit, type UnitRecord} from './render.js'
import {isUnitName, stemOf, targetOf, unitOf, type Site} from './site.js'

const SMALL = 1_048_576

type Place = Pick<Site, 'host' | 'scope' | 'unitDirectory'>

export const unitPath = (site: Place, id: string): string => join(site.unitDirectory, unitOf(site, id))

/** Small regular file, also behind a link: configuration managers keep units as links. */
export function readSmall(path: string, flags = 0): string | undefined {
  let fd: number | undefined
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | flags)
    const found = fstatSync(fd)
    return found.isFile() && found.size <= SMALL ? readFileSync(fd, 'utf8') : undefined
  } catch {
    return undefined
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}

/** What is under a unit's name: nothing, something we wrote for this home, or something that is not ours. */
export type Claim =
  | {is: 'absent'}
  | {is: 'foreign'; because: string; home?: string}
  | {is: 'ours'; body: string; linked: boolean; record: UnitRecord; text: string}

export function claimOf(site: Place, id: string): Claim {
  const claim = claimAt(unitPath(site, id), site.host.home)
  if (claim.is !== 'ours' || claim.record.spec.id === id) return claim
  return {because: `${unitPath(site, id)} says that it is of "${claim.record.spec.id}"`, is: 'foreign'}
}

export function claimAt(path: string, home: string): Claim {
  const found = lstatSync(path, {throwIfNoEntry: false})
  if (!found) return {is: 'absent'}
  const text = readSmall(path)
  const unit = text === undefined ? undefined : readUnit(text)
  // Taken away, between the two looks.
  if (!unit && !lstatSync(path, {throwIfNoEntry: false})) return {is: 'absent'}
  if (!unit) return {because: `${path} was not written by hermes`, is: 'foreign'}
  const owner = unit.record.spec.home
  if (owner !== home) return {because: `${path} belongs to the hermes home ${owner}`, home: owner, is: 'foreign'}
  return {...unit, is: 'ours', linked: found.isSymbolicLink(), text: text!}
}

export const notOwned = (because: string): ServiceManagerError =>
  new ServiceManagerError('not-owned', because, {suggestions: ['Remove it by hand if it is not needed, or use another profile name.']})

/** The record of a service of ours. Throws `not-registered` or `not-owned`. */
export function ownUnit(site: Place, id: string): UnitRecord {
  const claim = claimOf(site, id)
  if (claim.is === 'ours') return claim.record
  if (claim.is === 'foreign') throw notOwned(claim.because)
  throw new ServiceManagerError('not-registered', `no service "${id}" is registered: there is no ${unitPath(site, id)}`, {
    suggestions: [`Register it with hermes gateway:start -p ${id}`],
  })
}

/** The records of all services of this home, in byte order of their ids. */
export function ownUnits(site: Place): UnitRecord[] {
  const claims = namesIn(site.unitDirectory)
    .filter((name) => isUnitName(name))
    .map((name) => [name, claimAt(join(site.unitDirectory, name), site.host.home)] as const)
  return claims
    .flatMap(([name, claim]) => (claim.is === 'ours' && unitOf(site, claim.record.spec.id) === name ? [claim.record] : []))
    .sort((a, b) => (a.spec.id < b.spec.id ? -1 : 1))
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return []
    throw error
  }
}

/** Durable, and never half of it. `fresh`: throws EEXIST for what is there, were it made in this moment. */
export async function writeUnit(site: Place, id: string, text: string, {fresh}: {readonly fresh: boolean}): Promise<void> {
  const path = unitPath(site, id)
  mkdirSync(site.unitDirectory, {mode: site.scope === 'user' ? 0o700 : 0o755, recursive: true})
  if (!fresh) return site.host.writeFileAtomic(path, text, 0o644)
  const temporary = join(site.unitDirectory, `.${stemOf(site, id).slice(0, 180)}.${randomBytes(6).toString('hex')}`)
  await site.host.writeFileAtomic(temporary, text, 0o644)
  try {
    linkSync(temporary, path)
  } finally {
    rmSync(temporary, {force: true})
  }
}

export const wantsPath = (site: Place, id: string): string => join(site.unitDirectory, `${targetOf(site)}.wants`, unitOf(site, id))

export const isEnabled = (site: Place, id: string): boolean => lstatSync(wantsPath(site, id), {throwIfNoEntry: false}) !== undefined

/** Pure: what somebody changed in a unit since it was written, in one line. */
export function driftOf({body, record}: {readonly body: string; readonly record: UnitRecord}): string | undefined {
  if (digest(body) === record.body) return undefined
  const before = safely(() => bodyOf(record).split('\n')) ?? []
  const after = body.split('\n')
  const added = after.find((line) => line.trim() !== '' && !before.includes(line))
  if (added !== undefined) return `the unit was edited: it has ${JSON.stringify(added.slice(0, 200))}`
  const gone = before.find((line) => line.trim() !== '' && !after.includes(line))
  return gone === undefined ? 'the unit was edited' : `the unit was edited: it lacks ${JSON.stringify(gone.slice(0, 200))}`
}

function safely<T>(act: () => T): T | undefined {
  try {
    return act()
  } catch {
    return undefined
  }
}

/** The same thing to run, whatever the text around it. */
export const sameSpec = (a: ServiceSpec, b: ServiceSpec): boolean => JSON.stringify(a) === JSON.stringify(b)
