/** Codes of the domain, beside those of @hermes-cli/service-manager. Codes are API; docs/errors.md lists them. */
export type HermesErrorCode =
  | 'already-running'
  | 'config-invalid'
  | 'fleet-failed'
  | 'invalid-name'
  | 'no-service-manager'
  | 'not-running'
  | 'permission'
  | 'profile-exists'
  | 'profile-not-found'
  | 'profile-running'
  | 'reserved-name'
  | 'start-failed'
  | 'start-timeout'
  | 'stop-failed'
  | 'storage'
  | 'unforeseen'
  | 'usage'

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
  const {code, message} = error as NodeJS.ErrnoException
  const because = REASONS[code ?? ''] ?? message
  const denied = code === 'EACCES' || code === 'EPERM' || code === 'EROFS'
  return new HermesError(denied ? 'permission' : 'storage', `${what}: ${because}`, {cause: error})
}

const REASONS: Record<string, string> = {
  EACCES: 'permission denied',
  EDQUOT: 'your disk quota is used up',
  EIO: 'the disk reported an input/output error',
  EMFILE: 'too many open files',
  ENAMETOOLONG: 'the path is too long for the file system',
  ENOENT: 'no such file or directory',
  ENOSPC: 'no space left on the disk',
  ENOTDIR: 'a part of the path is not a directory',
  EPERM: 'operation not permitted',
  EROFS: 'the file system is read-only',
}
