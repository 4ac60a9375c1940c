import {closeSync, fstatSync, readFileSync, writeSync} from 'node:fs'

import {isLinux} from '../../host/platform.js'
import {say} from './log.js'

/** The descriptor a supervisor gave us, or undefined when the text names none that can be one. */
export function notifyDescriptor(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,4}$/.test(text)) return undefined
  const fd = Number(text)
  return fd >= 3 && fd <= 1023 && isGiven(fd) ? fd : undefined
}

/** Open, for writing, and not one of Node's own: those pipes do not block, and its event descriptors are neither pipe, socket nor file. */
function isGiven(fd: number): boolean {
  try {
    const stat = fstatSync(fd)
    if (!stat.isFIFO() && !stat.isSocket() && !stat.isFile()) return false
    if (!isLinux) return true
    const flags = Number.parseInt(/^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1] ?? '0', 8)
    const writable = (flags & 0o3) !== 0
    const waits = (flags & 0o4000) === 0
    return writable && (waits || !stat.isFIFO())
  } catch {
    return false
  }
}

/** Tells the supervisor that we are ready (skarnet.org/software/s6/notifywhenup.html): one newline, then closed. */
export function notifyReady(text: string | undefined): void {
  const fd = notifyDescriptor(text)
  if (fd === undefined) {
    if (text) say(`warning: HERMES_NOTIFY_FD=${JSON.stringify(text)} is no open descriptor; the supervisor is not told that we are ready`)
    return
  }

  try {
    writeSync(fd, '\n')
    closeSync(fd)
  } catch {
    // The supervisor is gone.
  }
}
