import type {Stats} from 'node:fs'

import {lstat, realpath, rm, rmdir, stat} from 'node:fs/promises'
import {basename, dirname} from 'node:path'

import {ensureDirectory, readSmallFile, writeFileAtomic} from '../host/files.js'
import {HermesError, storing} from '../profile/errors.js'
import {withBlock, withoutBlock, type Edited} from './block.js'
import {isUnspeakable, type Place} from './place.js'
import {SCRIPTS, type Shell} from './shells.js'

/** One file, as it is and as it is to be. */
export interface Change {
  readonly action: 'create' | 'none' | 'remove' | 'write'
  readonly path: string
  /** What a link at `path` leads to: the file that is written. */
  readonly target: string
  readonly text?: string
  readonly mode: number
}

const byHand = (shell: Shell): string => `Do it by hand: put what \`hermes completion ${shell}\` prints where your ${shell} reads it`

interface Found {
  readonly mode: number
  readonly target: string
  /** Undefined: there is none. */
  readonly text: string | undefined
}

const absent = (error: NodeJS.ErrnoException): undefined => {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
  throw error
}

/** A file of this user; a link of theirs is followed, nobody else's ever is. Throws `permission` or `storage`. */
async function find(path: string, shell: Shell): Promise<Found> {
  const suggestions = [byHand(shell)]
  const own = process.geteuid?.()
  const check = (found: Stats, what: string): void => {
    if (own === undefined || found.uid === own) return
    throw new HermesError('permission', `${what} belongs to user ${found.uid}, and you are user ${own}: hermes leaves it alone`, {
      suggestions,
    })
  }

  return storing(`${path} cannot be looked at`, async () => {
    const link = await lstat(path).catch(absent)
    if (!link) {
      check(await nearestDirectory(dirname(path)), dirname(path))
      return {mode: 0o644, target: path, text: undefined}
    }

    check(link, path)
    const target = link.isSymbolicLink() ? await realpath(path) : path
    const found = await stat(target)
    check(found, target)
    const read = await readSmallFile(target)
    if (!read.ok) throw new HermesError('storage', `${read.detail}: hermes does not change it`, {suggestions})
    return {mode: found.mode & 0o7777, target, text: read.text}
  })
}

async function nearestDirectory(path: string): Promise<Stats> {
  const found = await stat(path).catch(absent)
  return found ?? (dirname(path) === path ? stat(path) : nearestDirectory(dirname(path)))
}

function edited(path: string, result: Edited, shell: Shell): string {
  if ('text' in result) return result.text
  throw new HermesError('storage', `the marks of hermes in ${path} are damaged: ${result.problem}`, {
    suggestions: [`Put it right, or take out every line with "hermes completion" there, and say it again`, byHand(shell)],
  })
}

const toWrite = (path: string, found: Found, text: string): Change => {
  const action = found.text === undefined ? 'create' : found.text === text ? 'none' : 'write'
  return {action, mode: found.mode, path, target: found.target, text}
}

/** Nobody else's file of that name is overwritten or removed. */
function checkOurs(path: string, {text}: Found, shell: Shell): void {
  if (text === undefined || /^(?:#compdef hermes\n)?# hermes completion for /.test(text)) return
  throw new HermesError('storage', `${path} was not written by hermes: it is left alone`, {
    suggestions: [`Move it away and say it again`, byHand(shell)],
  })
}

/** What an installation would do. Nothing is changed. Throws `permission`, `storage` or `usage`. */
export async function planInstall(shell: Shell, place: Place): Promise<readonly Change[]> {
  if (isUnspeakable(place)) throw new HermesError('usage', 'a path with a line break cannot be written into the start file of a shell')
  const {script, start} = place
  const found = await find(script, shell)
  checkOurs(script, found, shell)
  const changes = [toWrite(script, found, SCRIPTS[shell])]
  if (!start) return changes
  const before = await find(start.path, shell)
  const text = edited(start.path, withBlock(before.text ?? '', start.lines), shell)
  return [...changes, toWrite(start.path, before, text)]
}

/** What taking it away would do. */
export async function planUninstall(shell: Shell, {script, start}: Place): Promise<readonly Change[]> {
  const found = await find(script, shell)
  checkOurs(script, found, shell)
  const action = found.text === undefined ? 'none' : 'remove'
  const changes: Change[] = [{action, mode: found.mode, path: script, target: script}]
  if (!start) return changes
  const before = await find(start.path, shell)
  if (before.text === undefined) return changes
  const text = edited(start.path, withoutBlock(before.text), shell)
  // First the line that reads the script.
  return [toWrite(start.path, before, text), ...changes]
}

/** Throws `permission` or `storage`. */
export async function apply(changes: readonly Change[]): Promise<void> {
  for (const {action, mode, path, target, text} of changes) {
    if (action === 'none') continue
    await storing(`${path} cannot be written`, async () => {
      if (action === 'remove') {
        await rm(path, {force: true})
        // Ours once it is empty; not fish's.
        if (basename(dirname(path)) === 'completion') await rmdir(dirname(path)).catch(() => {})
      } else {
        await ensureDirectory(dirname(target))
        await writeFileAtomic(target, text!, mode)
      }
    })
  }
}
