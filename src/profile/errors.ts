/** Codes of the domain, beside those of @hermes-cli/service-manager. Codes are API; docs/errors.md lists them. */
export const HERMES_ERROR_CODES = [
  'already-running',
  'busy',
  'config-invalid',
  'failed',
  'home-in-use',
  'invalid-name',
  'invalid-profile',
  'no-service-manager',
  'permission',
  'profile-exists',
  'profile-not-found',
  'profile-running',
  'reserved-name',
  'start-failed',
  'start-timeout',
  'stop-failed',
  'storage',
  'temporary-home',
  'unforeseen',
  'usage',
] as const

export type HermesErrorCode = (typeof HERMES_ERROR_CODES)[number]

export interface HermesErrorOptions {
  readonly cause?: unknown
  /** What to do next, most useful first. */
  readonly suggestions?: readonly string[]
}

/** What happened and why in `message`, what to do next in `suggestions`. The exit code follows from the code (cli/exit.ts). */
export class HermesError extends Error {
  readonly code: HermesErrorCode
  readonly suggestions: readonly string[]

  constructor(code: HermesErrorCode, message: string, options: HermesErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : {cause: options.cause})
    this.name = 'HermesError'
    this.code = code
    this.suggestions = options.suggestions ?? []
  }
}

/** A file operation that failed, told as what it means to the user. */
export function storageError(what: string, error: unknown): HermesError {
  if (error instanceof HermesError) return error
  // Of a rename the target is what the user knows.
  const {code, dest, message, path: source} = error as NodeJS.ErrnoException & {dest?: string}
  const path = dest ?? source
  const reason = REASONS[code ?? '']
  const because = reason ? `${reason}${path === undefined || what.includes(path) ? '' : ` (${path})`}` : message
  const denied = code === 'EACCES' || code === 'EPERM' || code === 'EROFS'
  return new HermesError(denied ? 'permission' : 'storage', `${what}: ${because}`, {cause: error})
}

/** Does it, and tells what was being done when the file system refuses. */
export async function storing<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw storageError(what, error)
  }
}

const REASONS: Record<string, string> = {
  EACCES: 'permission denied',
  EDQUOT: 'your disk quota is used up',
  EEXIST: 'something of that name is there already',
  EIO: 'the disk reported an input/output error',
  EISDIR: 'there is a directory in the place of a file',
  ELOOP: 'there is a symbolic link in its place, which hermes does not follow',
  EMFILE: 'too many open files',
  ENAMETOOLONG: 'the path is too long for the file system',
  ENOENT: 'no such file or directory',
  ENFILE: 'too many open files on this machine',
  ENOLCK: 'the file system cannot lock files',
  ENOSPC: 'no space left on the disk',
  ENOTDIR: 'a part of the path is not a directory',
  ENOTEMPTY: 'the directory is not empty',
  EPERM: 'operation not permitted',
  EROFS: 'the file system is read-only',
}
