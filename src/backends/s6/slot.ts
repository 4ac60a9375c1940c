import {readSmall, ServiceManagerError, type Host, type ServiceSpec} from '@hermes-cli/service-manager'

import {randomBytes} from 'node:crypto'
import {chmodSync, lstatSync, mkdirSync, renameSync, rmSync} from 'node:fs'
import {dirname, join} from 'node:path'

import {create, isThere, mode, readLink, replace} from './entry.js'
import {launcherFor} from './launcher.js'
import {OPTIONAL_FILES, renderSlot, SCRIPTS, sha256, type SlotEntry, type SlotRecord} from './render.js'
import type {ScriptTools} from './scripts.js'

export const PREFIX = 'gateway-'
/** s6 skips names of more than 251 characters. */
const MAX_ID = 251 - PREFIX.length

export const slotPath = (scandir: string, id: string): string => join(scandir, PREFIX + id)

/** s6 would look at a slot of this name; there can be no other. */
export const isSlotName = (id: string): boolean => id.length <= MAX_ID

/** Throws `invalid-name` for what s6 would never look at. */
export function checkSlotName(id: string): void {
  if (isSlotName(id)) return
  const message = `s6 supervises no name of more than 251 characters, so a profile under s6 has at most ${MAX_ID}; this one has ${id.length}`
  throw new ServiceManagerError('invalid-name', message, {suggestions: [`Give it a shorter name: hermes profile:rename ${id} NAME`]})
}

/** A dot name s6-svscan does not look at, with who made it, so that leftovers can be told from work in progress. */
export const hiddenPath = (scandir: string, id: string, why: 'gone' | 'new'): string =>
  join(scandir, `.${PREFIX}${id.slice(0, 180)}.${why}.${process.pid}.${randomBytes(4).toString('hex')}`)

/** Changes when a slot is removed and made anew, also where the new one is given the old inode; undefined when there is none. */
export function identityOf(slot: string): string | undefined {
  const found = lstatSync(slot, {throwIfNoEntry: false})
  return found && `${found.ino} ${found.birthtimeMs}`
}

/** What is under a slot's name: nothing, something we made for this home, or something that is not ours. */
export type Claim = {is: 'absent'} | {is: 'foreign'; because: string; home?: string} | {is: 'ours'; record: SlotRecord}

export function claimOf(slot: string, home: string): Claim {
  const before = identityOf(slot)
  const found = lstatSync(slot, {throwIfNoEntry: false})
  if (found === undefined) return {is: 'absent'}
  if (!found.isDirectory()) return {because: `${slot} is no directory`, is: 'foreign'}
  const record = readRecord(slot)
  // Taken away, and perhaps made anew, between the two looks.
  if (!record && identityOf(slot) !== before) return claimOf(slot, home)
  if (!record) return {because: `${slot} was not made by hermes (it has no data/hermes.json)`, is: 'foreign'}
  if (record.home === home) return {is: 'ours', record}
  return {because: `${slot} belongs to the hermes home ${record.home}`, home: record.home, is: 'foreign'}
}

function readRecord(slot: string): SlotRecord | undefined {
  try {
    const value = JSON.parse(readSmall(join(slot, 'data', 'hermes.json')) ?? '') as Partial<SlotRecord> | null
    const texts = [value?.home, value?.id, value?.definition, value?.run_sha256, value?.log_directory]
    return value?.made_by === 'hermes' && texts.every((text) => typeof text === 'string') ? (value as SlotRecord) : undefined
  } catch {
    return undefined
  }
}

/** The process that runs, if any, was started from an older definition, or the run script is no longer the one we wrote. */
export function isRestartDue(slot: string, record: SlotRecord): boolean {
  const started = readSmall(join(slot, 'data', 'started'))?.trim()
  if (started !== undefined && started !== record.definition) return true
  const {launcher} = record
  if (launcher !== undefined && readLink(join(slot, 'run')) !== launcher) return true
  const run = readSmall(join(slot, launcher === undefined ? 'run' : 'run.sh'))
  return run === undefined || sha256(run) !== record.run_sha256
}

/** Builds the slot under a hidden name and renames it in. False when somebody else was first. */
export function publish(scandir: string, spec: ServiceSpec, tools: ScriptTools, options: {down: boolean}): boolean {
  const slot = slotPath(scandir, spec.id)
  const building = hiddenPath(scandir, spec.id, 'new')
  try {
    build(building, renderSlot(spec, tools))
    const launcher = launcherFor(join(building, 'run'))
    if (launcher !== undefined) {
      rmSync(building, {recursive: true})
      build(building, renderSlot(spec, tools, launcher))
    }

    // Read when the supervisor starts and never again: it must be there before the name is.
    if (options.down) create(join(building, 'down'), {mode: 0o644, text: ''})
    renameSync(building, slot)
    return true
  } catch (error) {
    rmSync(building, {force: true, recursive: true})
    const {code} = error as NodeJS.ErrnoException
    if ((code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'ENOTDIR') && mode(slot) !== undefined) return false
    throw error
  }
}

function build(building: string, entries: ReadonlyMap<string, SlotEntry>): void {
  for (const directory of ['', 'data', 'log']) {
    mkdirSync(join(building, directory))
    chmodSync(join(building, directory), 0o755)
  }

  for (const [name, entry] of entries) create(join(building, name), entry)
}

/** Replaces what differs inside a slot that may be live. Returns the names of what it changed. Throws ENOENT for one that is gone. */
export async function update(host: Host, slot: string, wanted: ReadonlyMap<string, SlotEntry>): Promise<readonly string[]> {
  const changed = discard(slot, wanted, OPTIONAL_FILES)
  for (const [name, entry] of wanted) {
    const path = join(slot, name)
    if (isThere(path, entry)) continue
    makeInside(slot, dirname(path))
    await replace(host, path, entry)
    changed.push(name)
  }

  // After the links that led to them.
  const texts = SCRIPTS.map((name) => `${name}.sh`)
  return [...changed, ...discard(slot, wanted, texts)]
}

function discard(slot: string, wanted: ReadonlyMap<string, unknown>, names: readonly string[]): string[] {
  const unwanted = names.filter((name) => !wanted.has(name) && mode(join(slot, name)) !== undefined)
  for (const name of unwanted) rmSync(join(slot, name), {force: true, recursive: true})
  return unwanted
}

/** Never the slot itself: whoever removed it meanwhile would find half of one, which s6-svscan takes up. */
function makeInside(slot: string, directory: string): void {
  if (directory === slot || mode(directory) !== undefined) return
  mkdirSync(directory)
}

/** `down` of a slot nobody supervises: the next supervisor reads it when it starts. */
export function setDown(slot: string, down: boolean): boolean {
  const path = join(slot, 'down')
  if ((mode(path) !== undefined) === down) return false
  if (down) create(path, {mode: 0o644, text: ''})
  else rmSync(path, {force: true})
  return true
}

export const isEnabled = (slot: string): boolean => mode(join(slot, 'down')) === undefined
