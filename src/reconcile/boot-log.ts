import {constants} from 'node:fs'
import {lstat, open, rename} from 'node:fs/promises'
import {dirname, join} from 'node:path'

import {ensureDirectory} from '../host/files.js'
import {oneLine} from '../host/text.js'
import {storageError} from '../profile/errors.js'
import type {ReconcileAction} from './plan.js'

/** Bytes: a log that has reached them is put aside before the new lines. */
export const ROTATE_BYTES = 262_144

const bootLogFile = (home: string): string => join(home, 'logs', 'container-boot.log')

/** What HERMES_BOOT_LOG_ROTATE_BYTES asks for. */
export function rotateBytes(value: string | undefined): {bytes: number; warning?: string} {
  if (!value) return {bytes: ROTATE_BYTES}
  if (/^[1-9]\d{0,14}$/.test(value)) return {bytes: Number(value)}
  return {
    bytes: ROTATE_BYTES,
    warning: `HERMES_BOOT_LOG_ROTATE_BYTES must be a whole number of bytes above 0; ${ROTATE_BYTES} is used`,
  }
}

export const bootLogLine = (action: ReconcileAction, now: Date): string => `${now.toISOString()} ${bootLogFields(action)}\n`

/** One line per profile, one word per field: names of directories and messages of others cannot forge either. */
export function bootLogFields({action, intent, prior_state: prior, profile, reason}: ReconcileAction): string {
  const name = /^[\w.-]+$/.test(profile) ? profile : quoted(profile)
  const fields = [`profile=${name}`, `prior_state=${prior ?? 'none'}`, `intent=${intent}`, `action=${action}`]
  return `${fields.join(' ')}${reason === undefined ? '' : ` reason=${quoted(reason)}`}`
}

const quoted = (text: string): string => `"${oneLine(text).replaceAll('"', "'").slice(0, 500)}"`

/** Appends the lines with one write. Answers with warnings: a boot does not fail for its log. */
export async function appendBootLog(home: string, actions: readonly ReconcileAction[], now: Date, bytes = ROTATE_BYTES): Promise<string[]> {
  const path = bootLogFile(home)
  const warnings: string[] = []
  try {
    await ensureDirectory(dirname(path))
    await rotate(path, bytes).catch((error: unknown) => warnings.push(storageError(`${path} could not be rotated`, error).message))
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)
    const handle = await open(path, flags, 0o600)
    try {
      if (!(await handle.stat()).isFile()) throw new Error('it is not a regular file')
      const text = Buffer.from(actions.map((action) => bootLogLine(action, now)).join(''))
      const {bytesWritten} = await handle.write(text)
      if (bytesWritten < text.length) throw Object.assign(new Error('short write'), {code: 'ENOSPC'})
    } finally {
      await handle.close()
    }
  } catch (error) {
    warnings.push(storageError(`${path} could not be written`, error).message)
  }

  return warnings
}

async function rotate(path: string, bytes: number): Promise<void> {
  const found = await lstat(path).catch(() => {})
  if (found?.isFile() && found.size >= bytes) await rename(path, `${path}.1`)
}
