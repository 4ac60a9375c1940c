import {constants} from 'node:fs'
import {lstat, mkdir, open, rename, rm, stat, type FileHandle} from 'node:fs/promises'
import {dirname, join, basename} from 'node:path'

import {isWindows} from './platform.js'

/** State and configuration files are small; what is larger is not ours. Bytes. */
const SMALL_FILE_BYTES = 1_048_576

export type Unreadable = 'missing' | 'not-a-file' | 'not-utf8' | 'too-large' | 'unreadable'
export type ReadText = {ok: false; detail: string; why: Unreadable} | {ok: true; text: string}

/**
 * Reads a small regular file. Never follows a symlink, never waits on a FIFO, never throws: state files are hostile
 * input, and each way of being wrong has a name.
 */
export async function readSmallFile(path: string, maxBytes = SMALL_FILE_BYTES): Promise<ReadText> {
  let handle: FileHandle | undefined
  try {
    handle = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
    const found = await handle.stat()
    if (!found.isFile()) return {detail: `${path} is not a regular file`, ok: false, why: 'not-a-file'}
    if (found.size > maxBytes) return {detail: `${path} has ${found.size} bytes, more than ${maxBytes}`, ok: false, why: 'too-large'}
    // Only as much memory as the file needs: a boot reads thousands of them. It may grow meanwhile, up to the limit.
    let buffer = Buffer.alloc(Math.min(maxBytes, found.size) + 1)
    let length = 0
    for (;;) {
      const {bytesRead} = await handle.read(buffer, length, buffer.length - length, length)
      length += bytesRead
      if (length > maxBytes) return {detail: `${path} has more than ${maxBytes} bytes`, ok: false, why: 'too-large'}
      if (bytesRead === 0 || length < buffer.length) break
      buffer = Buffer.concat([buffer, Buffer.alloc(Math.min(maxBytes + 1 - length, 65_536))])
    }

    const text = new TextDecoder('utf8', {fatal: true}).decode(buffer.subarray(0, length))
    return {ok: true, text}
  } catch (error) {
    return unreadable(path, error as NodeJS.ErrnoException)
  } finally {
    await handle?.close()
  }
}

function unreadable(path: string, error: NodeJS.ErrnoException): ReadText {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return {detail: `${path} does not exist`, ok: false, why: 'missing'}
  if (error.code === 'ELOOP' || error.code === 'EMLINK') return {detail: `${path} is a symbolic link`, ok: false, why: 'not-a-file'}
  if (error.code === 'ENXIO') return {detail: `${path} is not a regular file`, ok: false, why: 'not-a-file'}
  if (error instanceof TypeError) return {detail: `${path} is not UTF-8`, ok: false, why: 'not-utf8'}
  return {detail: `${path} cannot be read (${error.code ?? error.message})`, ok: false, why: 'unreadable'}
}

export type ReadJson =
  {ok: false; detail: string; why: Unreadable | 'not-json' | 'not-an-object'} | {ok: true; value: Record<string, unknown>}

/** A small file that must hold one JSON object. A leading byte-order mark is tolerated. */
export async function readJsonObject(path: string): Promise<ReadJson> {
  const read = await readSmallFile(path)
  if (!read.ok) return read
  try {
    const value: unknown = JSON.parse(read.text.replace(/^\uFEFF/, ''))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return {ok: true, value: value as Record<string, unknown>}
    return {detail: `${path} holds no JSON object`, ok: false, why: 'not-an-object'}
  } catch {
    return {detail: `${path} is not JSON`, ok: false, why: 'not-json'}
  }
}

/**
 * Temporary file beside it, fsync, rename, fsync of the directory: after a power cut there is the old text or the new
 * one; with `durable` false that holds for a crash of ours only. Replaces a symlink instead of writing through it (write-file-atomic resolves it, docs/decisions/0003).
 */
export async function writeFileAtomic(path: string, text: string, mode: number, {durable = true} = {}): Promise<void> {
  // O_EXCL makes the name safe; it only has to be free. node:crypto would cost each supervised process 1.5 MB.
  const token = Math.floor(Math.random() * 2 ** 48)
    .toString(16)
    .padStart(12, '0')
  const temporary = join(dirname(path), `.${basename(path).slice(0, 200)}.${token}.tmp`)
  const handle = await open(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0), mode)
  try {
    try {
      await handle.writeFile(text)
      await handle.chmod(mode)
      if (durable) await handle.sync()
    } finally {
      await handle.close()
    }

    await replace(temporary, path)
  } catch (error) {
    await rm(temporary, {force: true})
    throw error
  }

  if (durable) await syncDirectory(dirname(path))
}

/** Milliseconds between attempts to take the place of a file that somebody has open, and how many there are. */
const RETRY = {after: 25, times: 40}
const IN_USE = ['EACCES', 'EBUSY', 'EPERM']

/** Windows refuses to replace a file while a virus scanner, say, reads it: a moment later it does not. */
export async function replace(from: string, to: string, move = rename, retries = isWindows ? RETRY.times : 0): Promise<void> {
  for (let left = retries; ; left--) {
    try {
      return await move(from, to)
    } catch (error) {
      if (left <= 0 || !IN_USE.includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    }

    await new Promise((resolve) => {
      setTimeout(resolve, RETRY.after)
    })
  }
}

/** A new file with nothing in it. Throws `EEXIST` for whatever is there, a symlink included. */
export async function createEmptyFile(path: string): Promise<void> {
  const handle = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0), 0o600)
  await handle.close()
}

export const writeJson = (path: string, value: unknown, options?: {readonly durable: boolean}): Promise<void> =>
  writeFileAtomic(path, `${JSON.stringify(value, undefined, 2)}\n`, 0o600, options)

/** Makes a rename in this directory durable. Not every file system or platform can; then the rename stands as it is. */
export async function syncDirectory(path: string): Promise<void> {
  try {
    const handle = await open(path, constants.O_RDONLY)
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  } catch {
    // Windows opens no directories, some network file systems do not sync them.
  }
}

/** mkdir -p, 0700 for what it makes. Node's own recursive mkdir tells ENOENT of a full disk. */
export async function ensureDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, {mode: 0o700})
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException
    if (code === 'ENOENT' && dirname(path) !== path) {
      await ensureDirectory(dirname(path))
      await mkdir(path, {mode: 0o700}).catch((error_: NodeJS.ErrnoException) => {
        if (error_.code !== 'EEXIST') throw error_
      })
    } else if (!(await isDirectory(path))) throw error
  }
}

const isDirectory = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )

/** There is something under this name, a dangling symlink included. */
export async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}
