import {lstat, stat} from 'node:fs/promises'
import {dirname} from 'node:path'

import {HermesError} from './errors.js'

/**
 * Refuses to change a home as root that belongs to somebody else: root's files would be unreadable to its owner, and root
 * has no business where another user can plant links. A home that is not there yet will be root's own.
 * Throws `permission`.
 */
export async function checkOwner(home: string, uid = process.geteuid?.() ?? -1): Promise<void> {
  if (uid !== 0) return
  const found = await stat(home).catch(() => undefined)
  if (found === undefined || found.uid === 0) return
  throw new HermesError('permission', `${home} belongs to user ${found.uid}, and this is root`, {
    suggestions: [`Run it as that user: setpriv --reuid=${found.uid} --regid=${found.gid} --init-groups hermes …`],
  })
}

/** As root: does this directory, a link in its place, or what it lies in belong to somebody else? Root writes nothing there. */
export async function isForeign(directory: string, uid = process.geteuid?.() ?? -1): Promise<boolean> {
  if (uid !== 0) return false
  const looks = [directory, dirname(directory)].flatMap((path) => [lstat(path), stat(path)])
  return Promise.all(looks).then(
    (found) => found.some((one) => one.uid !== 0),
    () => true,
  )
}
