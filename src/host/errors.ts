/** What was thrown as an error. By shape and not by class: a plugin's errors may come from a copy of a package, or be anything. */
export function asError(thrown: unknown): Error {
  const {message} = (thrown ?? {}) as Partial<Error>
  return typeof message === 'string' ? (thrown as Error) : new Error(String(thrown))
}
