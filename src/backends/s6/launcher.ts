import {ServiceManagerError} from '@hermes-cli/service-manager'

import {accessSync, constants} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

import {mode} from './entry.js'
import type {SlotRecord} from './render.js'

/** What the scripts of a slot are links to where its file system executes nothing, as `docker run --tmpfs /run` mounts it. */
const LAUNCHER = fileURLToPath(new URL('../libexec/slot.sh', import.meta.url))

/** On a file system mounted noexec the kernel says no to everybody, whatever the mode is. */
function mayExecute(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** The launcher when `script`, a regular file with its executable bit, may not be executed. Throws when that may not be either. */
export function launcherFor(script: string): string | undefined {
  if (mayExecute(script)) return undefined
  if (mayExecute(LAUNCHER)) return LAUNCHER
  throw new ServiceManagerError(
    'unavailable',
    `nothing can be executed beside ${script}, and ${LAUNCHER}, which helps there, cannot be either`,
    {
      suggestions: [`Give it its bit back: chmod 755 '${LAUNCHER}', or mount the scan directory without noexec.`],
    },
  )
}

/** For a slot that is there. Where its script tells nothing, having lost its bit for example, it stays what it was. */
export function launcherOf(slot: string, record: Pick<SlotRecord, 'launcher'>): string | undefined {
  const text = ['run', 'run.sh'].map((name) => join(slot, name)).find((path) => isExecutableFile(path))
  if (text !== undefined) return launcherFor(text)
  return record.launcher === undefined ? undefined : LAUNCHER
}

const isExecutableFile = (path: string): boolean => ((mode(path) ?? 0) & 0o17_0100) === 0o10_0100
